"""What may be asked of power by simulation: which metrics, and numbers from a replay."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from experiments.design.findings import setting_of
from experiments.design.unit_notes import CLUSTERS
from experiments.design.units import not_identified
from experiments.errors import InvalidRequest, Violation
from experiments.plan.document import Kind, Metric, Plan
from experiments.plan.time_to_event import NOTHING, TimeToEvent

LEVEL = "mean"  # as a replay calls it
FROM_HISTORY = (
    *("monthly_churn", "baseline", "variation"),
    *("cluster_size", "icc", "size_variation", "windows_a_day", "day_share"),
)


def simulated(plan: Plan, key: str) -> Metric:
    """Return a metric as it is simulated: without covariates and adjustments, which only help.

    Churn is simulated of any cause: that is what the metric's own claim is about.

    Raises:
        InvalidRequest: the plan has no such metric, or no simulation of it.
    """
    found = next((metric for metric in plan.metrics if metric.key == key), None)
    if found is None:
        known = ", ".join(metric.key for metric in plan.metrics)
        raise _refused(key, f"must be one of the plan's metrics: {known}")
    unseen = not_identified(setting_of(plan))
    if key in unseen:
        raise _refused(key, f"is not identified: {unseen[key].reason}")
    for reason in _not_drawn(plan, found):
        raise _refused(key, reason)
    asked = (found.time_to_event or NOTHING).at_risk
    return replace(
        found,
        covariates=(),
        strata=(),
        adjustment=None,
        winsorising=None,
        time_to_event=TimeToEvent(at_risk=asked) if asked else None,
    )


def _not_drawn(plan: Plan, metric: Metric) -> Iterator[str]:
    """Yield why assumptions do not make units of a metric."""
    if plan.switchback is not None and metric.kind is Kind.QUANTILE:
        yield "quantiles are not simulated in a switchback: reports do not compare them by window"
    if metric.crossed_with:
        yield (
            "units that are crossed are not simulated: who meets whom would have to be told. "
            "Replay draws arms over your own contacts"
        )
    if metric.cluster and plan.unit in CLUSTERS:
        yield (
            f"{plan.unit}s within clusters are not simulated: how alike the contacts of one are, "
            "and how alike those of one cluster, are two questions. Replay draws arms over your own"
        )


def on_level(metric: Metric, level: float | None) -> Metric:
    """Return the metric with its margin as a share of the level: numbers are drawn with one of 1.

    Without the margin where the level is not known, and for a quantile and lifetime revenue, whose
    level is not 1.
    """
    if metric.margin is None or metric.kind in {Kind.TIME_TO_EVENT, Kind.PROPORTION}:
        return metric
    if level is None or metric.kind is Kind.QUANTILE or metric.is_lifetime:
        return replace(metric, margin=None)
    return replace(metric, margin=metric.margin / level)


def numbers_from(path: Path, key: str) -> dict[str, float]:
    """Return what a replay's JSON document says of a metric, by the names of the options.

    Raises:
        InvalidRequest: it is no such document, or says nothing of the metric.
    """
    try:
        profile = json.loads(path.read_text(encoding="utf-8"))["profile"]
        row: Mapping[str, float] = next(row for row in profile if row["metric"] == key)
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        rule = f"must be a JSON document of replay that knows the metric {key}"
        raise InvalidRequest(Violation(field="history", value=str(path), rule=rule)) from error
    known = {name: float(row[name]) for name in FROM_HISTORY if name in row}
    return known | ({"level": float(row[LEVEL])} if row.get(LEVEL, 0) > 0 else {})


def _refused(value: str, rule: str) -> InvalidRequest:
    return InvalidRequest(Violation(field="metric", value=value, rule=rule))
