"""Curves of shares over time: steps with bands, labels at their ends, numbers at risk below.

Retention starts at everybody, the share that left for one cause at nobody.
"""

from bisect import bisect_left
from typing import Any

import altair as alt
import pandas as pd

from impact.analysis.estimates import Curve, CurvePoint
from impact.reports.drawings.axes import (
    ceiling,
    floor,
    share_ticks,
    shares_up_to,
    spread,
    tick_values,
)
from impact.reports.drawings.style import DASHES, INK, INKS, Size, configured

TICKS = 6
NARROW_TICKS = 3
LABEL_GAP = 0.07  # of the height, between the labels of two curves
RISK_ROW = 22
LARGEST = 400  # points of one curve: more cannot be told apart in print


def retention_chart(
    curves: tuple[Curve, ...], labels: dict[str, str], size: Size, unit: str
) -> Any:  # noqa: ANN401
    """Return the chart of the retention curves of one metric, control first.

    `labels` names the variants; `unit` is the plan's time unit, in the plural.
    """
    low = floor(_steps(curves, labels, 1.0)["ci_low"].min())
    zoomed = f" (axis starts at {low:.0%})" if low else ""
    axis = {"low": low, "high": 1.0, "shares": share_ticks(low), "share": f"Retained{zoomed}"}
    return _share_chart(curves, labels, size, unit, {**axis, "start": 1.0})


def incidence_chart(
    curves: tuple[Curve, ...], labels: dict[str, str], size: Size, unit: str, share: str
) -> Any:  # noqa: ANN401
    """Return the chart of the shares that left for one cause, control first; `share` names it."""
    high = ceiling(_steps(curves, labels, 0.0)["ci_high"].max())
    axis = {"low": 0.0, "high": high, "shares": shares_up_to(high), "share": share}
    return _share_chart(curves, labels, size, unit, {**axis, "start": 0.0})


def _share_chart(
    curves: tuple[Curve, ...], labels: dict[str, str], size: Size, unit: str, axis: dict[str, Any]
) -> Any:  # noqa: ANN401
    names = [labels[curve.variant] for curve in curves]
    end = max(curve.points[-1].at for curve in curves)
    ticks = tick_values(end, NARROW_TICKS if size.narrow else TICKS)
    scale = alt.Scale(domain=[0, max(end, ticks[-1])], nice=False)
    ink = alt.Scale(domain=names, range=list(INKS[: len(names)]))
    dash = alt.Scale(domain=names, range=[list(dash) for dash in DASHES[: len(names)]])
    shared = {"scale": scale, "ink": ink, "dash": dash, "ticks": ticks, **axis}
    shared["title"] = f"{unit.capitalize()} since the start"
    frame = _steps(curves, labels, axis["start"])
    plot = _plot(frame, _ends(curves, names, axis["high"] - axis["low"]), shared, size)
    risk = _risk(curves, names, shared, size)
    chart = alt.vconcat(plot, risk, spacing=10).resolve_scale(x="shared")
    return configured(chart, size)


def at_risk(points: tuple[CurvePoint, ...], at: float) -> int:
    """Return how many are at risk just before `at`: none after the last point."""
    place = bisect_left([point.at for point in points], at)
    return points[place].at_risk if place < len(points) else 0


def _steps(curves: tuple[Curve, ...], labels: dict[str, str], start: float) -> pd.DataFrame:
    rows = [
        (
            labels[curve.variant],
            point.at,
            point.value,
            _or(point.ci_low, point),
            _or(point.ci_high, point),
        )
        for curve in curves
        for point in _thinned(_from_start(curve.points, start))
    ]
    return pd.DataFrame(rows, columns=["name", "at", "value", "ci_low", "ci_high"])


def _or(limit: float | None, point: CurvePoint) -> float:
    return point.value if limit is None else limit


def _from_start(points: tuple[CurvePoint, ...], start: float) -> tuple[CurvePoint, ...]:
    if points[0].at == 0:
        return points
    first = CurvePoint(
        at=0.0, value=start, ci_low=None, ci_high=None, at_risk=points[0].at_risk, events=0
    )
    return (first, *points)


def _thinned(points: tuple[CurvePoint, ...]) -> tuple[CurvePoint, ...]:
    stride = -(-len(points) // LARGEST)
    return (*points[:-1:stride], points[-1])


def _ends(curves: tuple[Curve, ...], names: list[str], height: float) -> pd.DataFrame:
    last = [curve.points[-1] for curve in curves]
    heights = spread([point.value for point in last], LABEL_GAP * height)
    ends = [point.at for point in last]
    return pd.DataFrame({"name": names, "at": ends, "value": heights})


def _plot(frame: pd.DataFrame, ends: pd.DataFrame, shared: dict[str, Any], size: Size) -> Any:  # noqa: ANN401
    axis = alt.Axis(values=shared["ticks"], grid=False, format=",.0f", labelFlush=False)
    x = alt.X("at:Q", scale=shared["scale"], axis=axis, title=shared["title"])
    y_scale = alt.Scale(domain=[shared["low"], shared["high"]], nice=False, clamp=True)
    y_axis = alt.Axis(format=".0%", values=shared["shares"], domain=False, ticks=False)
    y = alt.Y("value:Q", scale=y_scale, axis=y_axis, title=shared["share"])
    legend = _legend(size)
    color = alt.Color("name:N", scale=shared["ink"], legend=legend)
    dash = alt.StrokeDash("name:N", scale=shared["dash"], legend=legend)
    base = alt.Chart(frame)
    band = base.mark_area(interpolate="step-after", opacity=0.16, strokeWidth=0).encode(
        x, alt.Y("ci_low:Q", scale=y_scale), alt.Y2("ci_high:Q"), color
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2.2).encode(x, y, color, dash)
    layers = [band, line] if size.narrow else [band, line, _labels(ends, x, y, color)]
    return alt.layer(*layers).properties(width=size.width, height=size.height)


def _legend(size: Size) -> alt.Legend | None:
    if not size.narrow:
        return None
    return alt.Legend(
        orient="top", title=None, symbolType="stroke", symbolOpacity=1, columns=1, labelLimit=240
    )


def _labels(ends: pd.DataFrame, x: alt.X, y: alt.Y, color: alt.Color) -> Any:  # noqa: ANN401
    text = alt.Chart(ends).mark_text(align="left", dx=6, fontWeight="bold", clip=False)
    return text.encode(x, y, text="name:N", color=color)


def _risk(curves: tuple[Curve, ...], names: list[str], shared: dict[str, Any], size: Size) -> Any:  # noqa: ANN401
    rows = [
        (name, at, at_risk(curve.points, at))
        for name, curve in zip(names, curves, strict=True)
        for at in shared["ticks"]
    ]
    frame = pd.DataFrame(rows, columns=["name", "at", "n"])
    x = alt.X("at:Q", scale=shared["scale"], axis=None)
    axis = alt.Axis(domain=False, ticks=False, labelPadding=32, labelLimit=150)
    y = alt.Y("name:N", scale=alt.Scale(domain=names), axis=axis, title=None)
    color = alt.Color("name:N", scale=shared["ink"], legend=None)
    title = alt.TitleParams(
        "Number at risk", anchor="start", fontSize=size.text - 1, color=INK, frame="bounds"
    )
    return (
        alt.Chart(frame, title=title)
        .mark_text()
        .encode(x, y, text=alt.Text("n:Q", format=","), color=color)
        .properties(width=size.width, height=RISK_ROW * len(names))
    )
