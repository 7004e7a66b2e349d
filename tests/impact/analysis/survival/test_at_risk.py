"""Rows about customers whose contracts let them go at some time only."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Metric
from experiments.plan.time_to_event import AtRisk, RiskColumn, TimeToEvent
from impact.analysis.sufficient import SurvivalCounts
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)


def at_renewal(metric: Metric, **further: object) -> Metric:
    asked = TimeToEvent(at_risk=AtRisk(columns=(RiskColumn.RENEWAL_AT,)), **further)  # type: ignore[arg-type]
    return replace(metric, time_to_event=asked)


def contracts(seed: int, *, ratio: float = 1.0, size: int = 6000) -> SurvivalCounts:
    """Draw prepaid customers who may go any day, postpaid ones who may at a renewal or after it."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(2, size=size)
    postpaid = rng.random(size) < 0.5
    entry = np.where(postpaid, rng.integers(5, 60, size), -1)
    hazard = np.where(postpaid, 0.03, 0.008) * np.where(arm, ratio, 1.0)
    time = entry + 1 + np.floor(rng.exponential(1 / hazard))
    counts = counts_of(
        np.array(["a", "b"])[arm],
        np.minimum(time, 90),
        time <= 90,
        strata={"contract": np.where(postpaid, "postpaid", "prepaid")},
    )
    return replace(counts, entry=entry.astype(np.int64))


def test_contracts_are_compared_within_their_kind_and_from_their_renewal_on() -> None:
    plan = plan_of(at_renewal(retention(horizon=80, strata=("contract",))), "a", "b")

    result = estimate(plan, contracts(1, ratio=0.6))

    ratio = only(result, "hazard_ratio", "cox")
    assert number(ratio.ci_low) < 0.6 < number(ratio.ci_high)
    assert number(ratio.std_error) < 0.05
    assert "stratified by contract" in ratio.note
    assert number(only(result, "log_rank", "stratified_log_rank").p_value) < 1e-6


def test_who_was_never_at_risk_is_left_aside_and_counted() -> None:
    counts = contracts(2)
    assert counts.entry is not None
    late = replace(counts, entry=np.where(np.arange(counts.n.size) < 30, 91, counts.entry))
    early = int(counts.event[:30].sum())

    result = estimate(plan_of(at_renewal(retention(horizon=80)), "a", "b"), late)

    note = f"30 units never at risk, {early} of them churned before they were"
    assert note in only(result, "hazard_ratio", "cox").note
    assert note in only(result, "log_rank", "log_rank").note
    row = only(result, "hazard_ratio", "cox")
    assert number(row.n_variant) + number(row.n_baseline) == counts.n.size - 30


def test_counts_of_customers_who_enter_late_give_what_rows_give() -> None:
    rows = contracts(3, size=3000)
    assert rows.entry is not None
    table = np.column_stack([rows.time, rows.event, rows.variant == "b", rows.entry])
    cells, n = np.unique(table, axis=0, return_counts=True)
    counts = counts_of(np.where(cells[:, 2] == 1, "b", "a"), cells[:, 0], cells[:, 1], n)
    counts = replace(counts, entry=cells[:, 3])
    plan = plan_of(at_renewal(retention(horizon=80)), "a", "b")

    one, many = estimate(plan, replace(rows, strata={})), estimate(plan, counts)

    for quantity in ("hazard_ratio", "rmst_difference", "survival_probability_difference"):
        before, after = only(one, quantity), only(many, quantity)
        assert number(after.value) == pytest.approx(number(before.value), rel=1e-8)
        assert number(after.std_error) == pytest.approx(number(before.std_error), rel=1e-8)


def test_a_test_that_needs_all_from_the_start_is_refused() -> None:
    counts = contracts(4)
    counts = replace(counts, cause=np.where(counts.event == 1, "voluntary", ""))
    metric = at_renewal(retention(horizon=80), causes=("voluntary",))

    result = estimate(plan_of(metric, "a", "b"), counts)

    row = only(result, "gray", "gray")
    assert row.note == "customers enter late: Gray's test needs all at risk from the start"
    assert number(only(result, "hazard_ratio", "cause_specific_cox").value) > 0
    share = only(result, "cumulative_incidence", variant="a", at=80.0)
    assert number(share.value) == pytest.approx(
        1 - number(only(result, "survival_probability", variant="a", at=80.0).value)
    )


def test_churn_all_on_the_day_of_the_renewal_is_one_big_tie() -> None:
    entry = np.repeat([-1, 29, 59], 200)
    variant = np.tile(["a", "b"], 300)
    rng = np.random.default_rng(5)
    event = rng.random(600) < np.where(variant == "a", 0.3, 0.15)
    counts = counts_of(variant, np.where(event, entry + 1, 90), event)

    result = estimate(
        plan_of(at_renewal(retention(horizon=80)), "a", "b"), replace(counts, entry=entry)
    )

    assert number(only(result, "hazard_ratio", "cox").value) < 0.8
    assert [point.at for point in result.curves[0].points if point.events] == [0, 30, 60]
