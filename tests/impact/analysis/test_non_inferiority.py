"""Margins of guardrails: one-sided rows that agree with the interval, also under looking."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from experiments.plan.document import Direction, Kind, Metric, Role
from experiments.plan.looks import LookRule, Looks
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import ArmProportion, ArmQuantile
from tests.impact.analysis.building import (
    AS_OF,
    HANDLE,
    PAST,
    RESOLVED,
    RETENTION,
    SPEND,
    only,
    plan_of,
    statistics_of,
)

ALIKE = {
    "resolved": tuple(
        ArmProportion(variant=variant, n=400, successes=successes)
        for variant, successes in (("control", 290), ("patient", 295))
    )
}
LEADING = replace(RETENTION, key="leading")  # the primary of every plan, without data


def rows_of(metric: Metric, looks: Looks | None = None, **changes: object) -> tuple[Estimate, ...]:
    plan = plan_of(LEADING, metric, looks=looks or Looks(planned_end=PAST))
    return evaluate(plan, statistics_of(**changes), as_of=AS_OF).estimates  # type: ignore[arg-type]  # real fields


def against_margin(
    metric: Metric, looks: Looks | None = None, **changes: object
) -> tuple[Estimate, Estimate]:
    """Return the row of the margin and the row of the effect that is decided on."""
    own = [row for row in rows_of(metric, looks, **changes) if row.metric == metric.key]
    (margin,) = [row for row in own if row.method == "non_inferiority"]
    methods = (
        ("cuped",) if metric.key == "spend" else ("newcombe", "welch", "delta", "cox", "woodruff")
    )
    beside = [row for row in own if row.quantity == margin.quantity and row.method in methods]
    return margin, next(row for row in beside if row.segment == "all")


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("metric", [RETENTION, SPEND, RESOLVED, HANDLE])
def test_the_test_and_the_interval_never_disagree(metric: Metric, direction: Direction) -> None:
    """The margin at which the one-sided p-value is 2.5 per cent is the interval's limit."""
    timed = metric is RETENTION
    guarded = replace(metric, role=Role.GUARDRAIL, direction=direction)
    _, effect = against_margin(replace(guarded, margin=1.2 if timed else 0.2), proportions=ALIKE)
    assert effect.ci_low is not None
    assert effect.ci_high is not None
    worst = effect.ci_high if timed or direction is Direction.DECREASE else -effect.ci_low
    assert worst > (1 if timed else 0)  # some harm is left to allow

    at_the_limit, _ = against_margin(replace(guarded, margin=float(worst)), proportions=ALIKE)

    assert at_the_limit.p_value == pytest.approx(0.025, abs=1e-6)
    assert at_the_limit.confidence_level == 0.975
    assert at_the_limit.term == f"margin={worst:g}"


@pytest.mark.parametrize("direction", Direction)
def test_a_quantile_is_tested_by_the_side_of_its_interval_that_faces_harm(
    direction: Direction,
) -> None:
    metric = Metric(
        key="slow",
        role=Role.GUARDRAIL,
        kind=Kind.QUANTILE,
        source=HANDLE.source,
        quantile=0.9,
        window=30,
        direction=direction,
    )
    arms = tuple(
        ArmQuantile(variant=name, units=90, rows=180, value=value, low=low, high=high, level=0.95)
        for name, value, low, high in (("control", 5.0, 4.0, 8.0), ("patient", 6.0, 5.5, 9.0))
    )
    _, effect = against_margin(replace(metric, margin=1.0), quantiles={"slow": arms})
    worst = effect.ci_high if direction is Direction.DECREASE else -(effect.ci_low or 0.0)

    at_the_limit, _ = against_margin(
        replace(metric, margin=float(worst or 0.0)), quantiles={"slow": arms}
    )

    assert at_the_limit.p_value == pytest.approx(0.025, abs=1e-6)


def test_a_mean_is_tested_by_students_t_against_its_margin() -> None:
    row, effect = against_margin(replace(SPEND, role=Role.GUARDRAIL, margin=2.0))

    assert effect.value is not None
    assert effect.std_error is not None
    assert effect.df is not None
    statistic = (effect.value + 2.0) / effect.std_error
    assert row.statistic == pytest.approx(statistic)
    assert row.p_value == pytest.approx(stats.t.sf(statistic, effect.df))
    assert (row.ci_low, row.ci_high) == (effect.ci_low, None)


def test_a_hazard_ratio_is_tested_on_its_logarithm() -> None:
    row, effect = against_margin(replace(RETENTION, role=Role.GUARDRAIL, margin=1.3))

    assert effect.value is not None
    assert effect.std_error is not None
    assert row.p_value == pytest.approx(
        stats.norm.cdf((np.log(effect.value) - np.log(1.3)) / effect.std_error)
    )
    assert (row.ci_low, row.ci_high) == (None, effect.ci_high)


def test_before_the_end_the_margin_has_its_limit_and_no_test() -> None:
    looks = Looks(
        planned_end=date(2026, 12, 1),
        rule=LookRule.CONFIDENCE_SEQUENCE,
        planned_units=1000,
        planned_events=500,
    )

    row, effect = against_margin(replace(HANDLE, margin=2.0), looks)

    assert row.ci_low == effect.ci_low
    assert (row.look, row.p_value, row.statistic, row.std_error) == (1, None, None, None)


def test_after_looks_the_one_sided_p_value_pays_for_them() -> None:
    looks = Looks(
        planned_end=PAST,
        rule=LookRule.POCOCK,
        dates=(date(2026, 9, 1),),
        planned_units=800,
        planned_events=500,
    )
    guarded = replace(HANDLE, margin=0.05)
    alone, _ = against_margin(guarded)

    paid, _ = against_margin(guarded, looks, information={"handle_time": (400,)})

    assert alone.p_value is not None
    assert paid.p_value is not None
    assert paid.p_value > alone.p_value


def test_a_metric_without_a_margin_has_no_such_row() -> None:
    assert not any(row.method == "non_inferiority" for row in rows_of(HANDLE))


def test_what_cannot_be_estimated_says_so_beside_its_margin() -> None:
    plan = plan_of(LEADING, replace(HANDLE, margin=2.0), looks=Looks(planned_end=PAST))
    empty = replace(statistics_of(), moments={})

    rows = evaluate(plan, empty, as_of=AS_OF).estimates

    row = only(rows, "handle_time", "ratio_difference", method="non_inferiority")
    assert (row.value, row.p_value) == (None, None)
    assert row.note
