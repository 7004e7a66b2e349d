"""The forest plot: one row per segment, the estimate as a mark, the interval as a line."""

import math
from typing import Any

import altair as alt
import pandas as pd

from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.reports.drawings.style import GRID, INKS, NO_EFFECT, Size, configured
from impact.reports.effects import remark
from impact.reports.names import name_of
from impact.reports.scales import NO_EFFECT_RATIO, RATIOS, interval_text, scale_of, value_text

ROW = 30
PADDING = 0.06
# In the order in which they are wanted on an axis.
ROUND_RATIOS = (
    *(0.5, 2.0, 0.2, 5.0, 0.1, 10.0, 0.8, 1.25, 0.7, 1.5, 0.9, 1.1, 0.6, 3.0, 0.3, 0.05, 20.0),
    *(0.75, 0.95, 1.05, 0.85, 1.2, 0.02, 50.0, 0.01, 100.0),
)
WORDS_GAP = 10
WORDS_LIMIT = 260


def forest_chart(rows: tuple[Estimate, ...], labels: dict[str, str], size: Size) -> Any:  # noqa: ANN401
    """Return the chart of one quantity over segments; rows without a value say why.

    `labels` names the segments. Ratios are drawn on a logarithmic axis.
    """
    frame = _frame(rows, labels)
    ratio = rows[0].quantity in RATIOS
    domain = _domain(frame, ratio=ratio)
    scale = alt.Scale(domain=list(domain), nice=False, type="log" if ratio else "linear")
    order = list(frame["name"])
    x = alt.X(
        "ci_low:Q", scale=scale, axis=_axis(rows[0], domain, size), title=_title(rows[0], size)
    )
    y = alt.Y(
        "name:N",
        scale=alt.Scale(domain=order),
        title=None,
        axis=alt.Axis(domain=False, ticks=False, labelLimit=190, labelPadding=8),
    )
    nothing = alt.Chart(pd.DataFrame({"at": [NO_EFFECT_RATIO if ratio else 0.0]}))
    line = nothing.mark_rule(strokeDash=[5, 4], color=NO_EFFECT).encode(alt.X("at:Q", scale=scale))
    known = alt.Chart(frame[frame["value"].notna()])
    lines = known.mark_rule(strokeWidth=2.2, color=INKS[1]).encode(x, y, alt.X2("ci_high:Q"))
    marks = known.mark_point(filled=True, opacity=1, color=INKS[1]).encode(
        alt.X("value:Q", scale=scale),
        y,
        alt.Shape("shape:N", scale=None),
        alt.Size("size:Q", scale=None),
    )
    words = (
        alt.Chart(frame)
        .mark_text(align="left", clip=False, limit=WORDS_LIMIT)
        .encode(y, x=alt.value(size.width + WORDS_GAP), text="words:N")
    )
    chart = (line + lines + marks + words).properties(width=size.width, height=ROW * len(frame))
    return configured(chart, size)


def _frame(rows: tuple[Estimate, ...], labels: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [labels[row.segment] for row in rows],
            "value": [row.value for row in rows],
            "ci_low": [row.ci_low for row in rows],
            "ci_high": [row.ci_high for row in rows],
            "shape": ["diamond" if row.segment == ALL else "square" for row in rows],
            "size": [170 if row.segment == ALL else 90 for row in rows],
            "words": [_words(row) for row in rows],
        }
    ).astype({"value": float, "ci_low": float, "ci_high": float})


def _words(row: Estimate) -> str:
    if row.value is None:
        return remark(row)
    return f"{value_text(row)} ({interval_text(row)})"


def ratio_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round ratios between `low` and `high`, one among them, apart on a logarithmic axis.

    >>> ratio_ticks(0.7, 1.1, 7)
    [0.7, 0.75, 0.8, 0.85, 0.9, 1.0, 1.1]
    >>> ratio_ticks(0.1, 1.1, 4)
    [0.1, 0.2, 0.5, 1.0]
    """
    gap = math.log(high / low) / (most + 1)
    kept = [NO_EFFECT_RATIO]
    for ratio in ROUND_RATIOS:
        far = all(abs(math.log(ratio / other)) >= gap for other in kept)
        if low <= ratio <= high and far:
            kept.append(ratio)
    return sorted(kept)


def _domain(frame: pd.DataFrame, *, ratio: bool) -> tuple[float, float]:
    neutral = NO_EFFECT_RATIO if ratio else 0.0
    low = float(min(frame["ci_low"].min(), neutral))
    high = float(max(frame["ci_high"].max(), neutral))
    if ratio:
        return low / (1 + PADDING), high * (1 + PADDING)
    room = PADDING * (high - low)
    return low - room, high + room


def _axis(row: Estimate, domain: tuple[float, float], size: Size) -> alt.Axis:
    most = 4 if size.narrow else 8
    ratio = row.quantity in RATIOS
    ticks = {"values": ratio_ticks(*domain, most)} if ratio else {"tickCount": most}
    return alt.Axis(
        grid=True,
        gridColor=GRID,
        labelExpr=f"format(datum.value * {scale_of(row).factor:g}, '~g')",
        labelFlush=False,
        labelOverlap=True,
        **ticks,
    )


def _title(row: Estimate, size: Size) -> list[str]:
    name = name_of(row.quantity)
    if row.quantity in RATIOS:
        name += " (log)" if size.narrow else " (logarithmic axis)"
    sides = "less churn | more churn" if row.quantity == "hazard_ratio" else "lower | higher"
    return [name, f"← {sides} →"]
