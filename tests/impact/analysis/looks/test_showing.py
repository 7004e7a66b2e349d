"""What a look shows: an interval that is valid under looking or none, and no test."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from scipy import special

from experiments.plan.looks import LookRule, Looks
from experiments.plan.time_to_event import FlemingHarrington, TimeToEvent
from impact.analysis.estimates import Analysis, Verdict
from impact.analysis.evaluate import evaluate
from impact.analysis.looks.bounds import SequenceBound, bound_of
from impact.analysis.looks.showing import ONCE
from impact.analysis.storage import dump, load
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.sequential.confidence_sequence import boundary, tuned_rho
from tests.impact.analysis.building import AS_OF, full_plan, only, statistics_of

END = date(2026, 12, 1)
TODAY = date(2026, 11, 1)
SEQUENCE = Looks(
    planned_end=END,
    rule=LookRule.CONFIDENCE_SEQUENCE,
    planned_units=2000,
    planned_events=1500,
)
SPENDING = replace(SEQUENCE, rule=LookRule.OBRIEN_FLEMING, dates=(date(2026, 9, 1), TODAY))
PAST: dict[str, tuple[int, ...]] = {
    "retention": (300,),
    "spend": (300,),
    "resolved": (300,),
    "handle_time": (300,),
    "revenue_and_handling": (300,),
}


def at(
    looks: Looks, as_of: datetime = AS_OF, statistics: SufficientStatistics | None = None
) -> Analysis:
    plan = replace(full_plan(), looks=looks)
    found = replace(statistics or statistics_of(), information=PAST)
    return evaluate(plan, found, as_of=as_of)


def fixed() -> Analysis:
    return evaluate(full_plan(), statistics_of(), as_of=AS_OF)


@pytest.mark.parametrize("looks", [Looks(planned_end=END), SEQUENCE, SPENDING])
def test_nothing_before_the_end_lets_a_p_value_be_worked_out(looks: Looks) -> None:
    for row in at(looks).estimates:
        if row.quantity != "sample_ratio":
            hidden = (row.std_error, row.statistic, row.df, row.p_value, row.p_value_adjusted)
            assert hidden == (None,) * 5
        assert row.look == looks.number_on(TODAY)


def test_without_a_rule_there_is_no_interval_and_no_band_before_the_end() -> None:
    analysis = at(Looks(planned_end=END))

    assert not any(row.ci_low is not None or row.ci_set for row in analysis.estimates)
    assert all(point.ci_low is None for curve in analysis.curves for point in curve.points)
    row = only(analysis.estimates, "spend", "mean_difference", method="welch")
    assert row.value == only(fixed().estimates, "spend", "mean_difference", method="welch").value
    assert row.note.endswith("no interval: the plan states no rule for looking before its end")


def test_without_a_rule_the_deviation_of_an_arm_does_not_give_the_test_away() -> None:
    hidden = only(at(Looks(planned_end=END)).estimates, "spend", "standard_deviation")
    shown = only(fixed().estimates, "spend", "standard_deviation")

    assert (hidden.value, hidden.look) == (None, 1)
    assert "no deviation" in hidden.note
    assert shown.value is not None


def test_a_confidence_sequence_widens_the_interval_by_its_boundary() -> None:
    shown = only(at(SEQUENCE).estimates, "retention", "hazard_ratio", method="cox")
    plain = only(fixed().estimates, "retention", "hazard_ratio", method="cox")

    events = (plain.events_variant or 0) + (plain.events_baseline or 0)
    z = boundary(events, rho=tuned_rho(1500, level=0.95), level=0.95)
    assert plain.value is not None
    assert plain.std_error is not None
    expected = plain.value * np.exp(z * plain.std_error)
    assert shown.ci_high == pytest.approx(expected, rel=1e-9)
    assert shown.confidence_level == 0.95
    assert z > normal_quantile(0.95)


def test_a_look_on_its_date_spends_and_on_other_days_there_is_no_look() -> None:
    on_the_day = only(at(SPENDING).estimates, "spend", "mean_difference", method="cuped")
    later = at(SPENDING, datetime(2026, 11, 2, 12, tzinfo=UTC))
    between = only(later.estimates, "spend", "mean_difference", method="cuped")

    assert (on_the_day.look, on_the_day.confidence_level) == (2, 0.95)
    assert (between.look, between.ci_low) == (3, None)
    assert between.note.endswith("no interval: no look today: the next one is on 2026-12-01")


def test_at_the_planned_end_the_interval_still_pays_for_the_looks() -> None:
    end = datetime(2026, 12, 1, 12, tzinfo=UTC)
    final = only(at(SPENDING, end).estimates, "handle_time", "ratio_difference")
    plain = only(fixed().estimates, "handle_time", "ratio_difference")

    assert final.look is None
    assert final.statistic == plain.statistic
    assert final.p_value is not None
    assert plain.p_value is not None
    assert plain.ci_low is not None
    assert final.ci_low is not None
    assert final.p_value > plain.p_value
    assert final.ci_low < plain.ci_low


@pytest.mark.parametrize("looks", [SEQUENCE, SPENDING])
def test_a_weighted_test_is_read_at_the_end_alone_and_errs_no_more_than_without_looks(
    looks: Looks,
) -> None:
    asked = TimeToEvent(log_rank_weights=FlemingHarrington(rho=0, gamma=1))
    whole = full_plan()
    metrics = tuple(
        replace(metric, time_to_event=asked) if metric.key == "retention" else metric
        for metric in whole.metrics
    )
    plan = replace(whole, metrics=metrics, looks=looks)
    counted = replace(statistics_of(), information=PAST)

    before, end = (
        only(
            evaluate(plan, counted, as_of=day).estimates,
            "retention",
            "log_rank",
            method="fleming_harrington",
            variant="",
        )
        for day in (AS_OF, datetime(2026, 12, 1, 12, tzinfo=UTC))
    )

    assert (before.statistic, before.p_value, ONCE in before.note) == (None, None, False)
    assert end.statistic is not None
    assert end.p_value is not None
    assert end.p_value >= float(special.chdtrc(1, end.statistic))
    assert ONCE in end.note


def test_too_little_information_gives_a_reason() -> None:
    few = replace(SEQUENCE, planned_units=1_000_000)
    plan = replace(full_plan(), looks=few)

    found = bound_of(plan, "spend", statistics_of(), as_of=AS_OF)
    none = bound_of(plan, "spend", statistics_of(moments={}), as_of=AS_OF)

    assert isinstance(found, NotEstimable)
    assert found.reason.startswith("too early")
    assert none == NotEstimable("fewer than 100 units so far")


def test_a_row_of_few_units_has_no_interval_at_a_look() -> None:
    small = statistics_of(n=40).moments["spend"][2:]
    whole = statistics_of()
    spend = (*whole.moments["spend"][:2], *small)
    mixed = replace(whole, moments={**whole.moments, "spend": spend})
    rows = at(SEQUENCE, statistics=mixed).estimates

    row = only(rows, "spend", "mean_difference", method="welch", segment="tier=pro")
    assert (row.ci_low, row.note) == (None, "interim; no interval: fewer than 100 units")


def clear_win() -> SufficientStatistics:
    """Return churn of 300 of 400 in control and 150 of 400 with patience."""
    counts = SurvivalCounts(
        variant=np.array(["control", "control", "patient", "patient"]),
        time=np.array([30, 60, 30, 60]),
        event=np.array([1, 0, 1, 0]),
        n=np.array([300, 100, 150, 250]),
        strata={"queue": np.array(["a"] * 4)},
    )
    return statistics_of(survival={"retention": (counts,)})


@pytest.mark.parametrize("looks", [SEQUENCE, SPENDING])
def test_a_crossed_bound_may_end_the_experiment_early(looks: Looks) -> None:
    retained = at(looks, statistics=clear_win())

    assert retained.decision.verdict is Verdict.SHIP
    assert "A bound was crossed" in retained.decision.reasons[0]
    assert "better than no effect" in retained.decision.reasons[1]


def test_no_crossed_bound_keeps_it_running() -> None:
    decision = at(SPENDING).decision

    assert decision.verdict is Verdict.KEEP_RUNNING
    assert decision.reasons[0].startswith("Look 2 of 3 is read by group-sequential bounds")


def test_a_day_that_is_no_look_ends_nothing() -> None:
    later = at(SPENDING, datetime(2026, 11, 2, 12, tzinfo=UTC), clear_win())

    assert later.decision.verdict is Verdict.KEEP_RUNNING


def test_a_day_that_is_no_look_says_when_the_next_one_is() -> None:
    between = at(SPENDING, datetime(2026, 10, 20, 12, tzinfo=UTC)).decision
    after = at(SPENDING, datetime(2026, 11, 2, 12, tzinfo=UTC)).decision

    assert between.reasons[0] == (
        "No look today; the next (2 of 3) is on 2026-11-01. Until then nothing is decided."
    )
    assert after.reasons[0].startswith("No look today; the next (3 of 3) is on 2026-12-01.")


def test_looking_back_the_information_of_earlier_looks_is_kept_to_the_digit() -> None:
    stored: SufficientStatistics = load(dump(statistics_of(information=PAST)))

    assert stored.information == PAST
    assert load(dump(statistics_of())).information == {}


def test_a_bound_of_a_sequence_follows_the_information() -> None:
    near, far = (SequenceBound(n=n, planned=2000, level=0.95) for n in (2000, 200))

    assert near.z < far.z
    assert near.p_value(near.z) == pytest.approx(0.05)
