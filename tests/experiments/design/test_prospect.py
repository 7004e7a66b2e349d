"""What a planned test is said to see."""

import math
from dataclasses import replace

import pytest

from experiments.design import means
from experiments.design.clusters import cluster_deviation, design_effect
from experiments.design.demands import Unreachable
from experiments.design.enrolment import share_taking_part
from experiments.design.expectations import Expectation
from experiments.design.findings import Level
from experiments.design.first_day import Needed
from experiments.design.follow_up import FollowUp, daily_hazard, survival_power
from experiments.design.prospect import NOT_IDENTIFIED, Prospect, foresee
from experiments.design.spreads import baseline_of
from experiments.errors import InvalidRequest
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from experiments.plan.switchback import Switchback
from tests.experiments.design.test_units import (
    ABANDONED,
    CHURN,
    HANDLE_TIME,
    PLAN,
    QUALITY,
    REVENUE,
)

LEFT = "kind: proportion, source: churn, window: 90"
RESOLVED = "kind: proportion, source: contacts.resolved, window: 30"
SLOWEST = "kind: quantile, quantile: 0.9, source: contacts.handle_seconds, window: 30"


def planned(measure: str, unit: str = "customer") -> Plan:
    return read_plan(PLAN.format(unit=unit, measure=measure))


def reached(prospect: Prospect) -> Needed:
    assert isinstance(prospect.needed, Needed)
    return prospect.needed


def changes(prospect: Prospect) -> list[float]:
    return [
        math.inf if isinstance(moment.change, Unreachable) else moment.change
        for moment in prospect.moments
    ]


def test_the_day_needed_is_the_first_with_the_power_asked_for() -> None:
    expected = Expectation(per_day=1000)

    needed = reached(foresee(planned(CHURN), expected))

    hazard, ratio = daily_hazard(0.009), 1 - 0.7 * 0.07
    powers = [
        survival_power(1000 * day, hazard, ratio, FollowUp(accrual=day))
        for day in (needed.days - 1, needed.days)
    ]
    assert powers[0] < 0.8 <= powers[1]
    assert needed.units == 1000 * needed.days


@pytest.mark.parametrize(
    "measure",
    [
        *(CHURN, LEFT, RESOLVED, REVENUE, HANDLE_TIME, ABANDONED),
        *(SLOWEST, f"{SLOWEST}, direction: decrease"),
    ],
)
def test_what_is_needed_and_what_is_seen_agree(measure: str) -> None:
    expected = Expectation(per_day=300, population=1e9, changes_handle_time=False)
    needed = reached(foresee(planned(measure), expected))

    prospect = foresee(planned(measure), expected, days=(needed.days - 1, needed.days))

    before, on_the_day = changes(prospect)
    assert on_the_day <= 0.07 < before


@pytest.mark.parametrize("measure", [CHURN, LEFT, RESOLVED, REVENUE])
def test_more_is_seen_the_longer_it_runs_and_the_more_join(measure: str) -> None:
    fewer = changes(foresee(planned(measure), Expectation(per_day=1000), days=(120, 180, 360)))
    more = changes(foresee(planned(measure), Expectation(per_day=2000), days=(120, 180, 360)))

    assert fewer == sorted(fewer, reverse=True)
    assert all(b < a for a, b in zip(fewer, more, strict=True))


def test_adherence_of_seven_in_ten_asks_for_larger_effects_of_the_policy() -> None:
    full = changes(foresee(planned(REVENUE), Expectation(per_day=1000, adherence=1), days=(180,)))
    part = changes(foresee(planned(REVENUE), Expectation(per_day=1000), days=(180,)))

    assert part[0] == pytest.approx(full[0] / 0.7)


def test_nothing_is_seen_before_a_window_is_over() -> None:
    prospect = foresee(planned(REVENUE), Expectation(per_day=1000), days=(60, 90))

    assert [moment.change for moment in prospect.moments] == [
        Unreachable(reason="The first windows of 90 days are not over.")
    ] * 2


def test_a_small_centre_is_told_that_it_cannot_see_it() -> None:
    everybody = foresee(planned(CHURN), Expectation(per_day=50, population=500))
    slowly = foresee(planned(CHURN), Expectation(per_day=1))

    assert everybody.needed == Unreachable(
        reason="Even all there are would be too few, however long it runs."
    )
    assert slowly.needed == Unreachable(reason="At this rate ten years are not enough.")
    assert changes(everybody)[0] == math.inf


def test_no_policy_keeps_more_than_everybody() -> None:
    prospect = foresee(planned(CHURN), Expectation(per_day=20, adherence=0.3), days=(180,))
    above = foresee(planned(RESOLVED), Expectation(per_day=999, baseline=0.96))

    assert isinstance(prospect.moments[0].change, Unreachable)
    assert above.needed == Unreachable(reason="No policy can change it by so much.")


def test_a_quantile_shows_its_fall_sooner_than_as_large_a_rise() -> None:
    expected, few = Expectation(per_day=300, smallest_change=0.2), Expectation(per_day=1)
    rises, falls = planned(SLOWEST), planned(f"{SLOWEST}, direction: decrease")

    assert reached(foresee(falls, expected)).days < reached(foresee(rises, expected)).days
    assert 1 < changes(foresee(rises, few, days=(50,)))[0] < math.inf
    assert changes(foresee(falls, few, days=(50,))) == [math.inf]


def test_churn_within_a_window_follows_from_the_monthly_share() -> None:
    expected = Expectation(per_day=1)

    assert baseline_of(planned(LEFT).primary, expected) == pytest.approx(1 - 0.991**3)
    assert baseline_of(planned(RESOLVED).primary, expected) == 0.7


def test_agents_are_sized_by_how_alike_their_contacts_are() -> None:
    expected = Expectation(per_day=60, population=60, cluster_size=400, icc=0.1, adherence=1)

    prospect = foresee(planned(QUALITY, "agent"), expected, days=(30,))

    deviation = cluster_deviation(1.0, 400, 0.1)
    assert changes(prospect)[0] == pytest.approx(means.detectable_difference(60, deviation))


def test_few_agents_are_warned_of() -> None:
    few = foresee(planned(QUALITY, "agent"), Expectation(per_day=5, population=20))

    assert few.findings[0].level is Level.WARNING
    assert "there are 20" in few.findings[0].sentence


def test_what_the_unit_cannot_identify_gets_no_size() -> None:
    expected = Expectation(per_day=1000)
    waiting = foresee(planned(ABANDONED), expected)
    of_contacts = foresee(planned(CHURN, "contact"), expected)

    for prospect in (waiting, of_contacts):
        assert prospect.needed == NOT_IDENTIFIED
        assert {moment.change for moment in prospect.moments} == {NOT_IDENTIFIED}


def test_the_smallest_of_several_comparisons_is_sized() -> None:
    two = planned(CHURN)
    three = replace(two, weights=(("clock", 5000), ("care", 4000), ("more", 1000)))

    prospect = foresee(three, Expectation(per_day=1000))

    assert prospect.comparison.variant == "more"
    assert reached(prospect).days > reached(foresee(two, Expectation(per_day=1000))).days


def test_coverage_and_layer_slow_enrolment() -> None:
    share = share_taking_part(coverage=5000, layer=(0, 5000))

    half = foresee(planned(CHURN), Expectation(per_day=4000), takes_part=share)

    assert half == foresee(planned(CHURN), Expectation(per_day=1000))


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_day": 0},
        {"population": 0},
        {"monthly_churn": 1},
        {"monthly_loss": -0.1},
        {"baseline": 1},
        {"variation": 0},
        {"smallest_change": 0},
        {"adherence": 1.1},
        {"power": 0.04},
        {"cluster_size": 0},
        {"icc": 2},
        {"per_day": math.nan},
    ],
)
def test_an_expectation_out_of_range_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        Expectation(**{"per_day": 100, **wrong})  # type: ignore[arg-type]  # names of fields


def test_a_switchback_is_sized_by_how_alike_the_contacts_of_a_window_are() -> None:
    plan = planned(ABANDONED, "contact")
    alternating = replace(plan, switchback=Switchback())
    expected = Expectation(per_day=2000, cluster_size=60, icc=0.05, adherence=1)
    fewer = replace(expected, per_day=2000 / design_effect(60, 0.05), changes_handle_time=False)

    windows = foresee(alternating, expected, days=(90,))
    strangers = foresee(plan, fewer, days=(90,))

    assert changes(windows) == pytest.approx(changes(strangers))
    assert changes(windows)[0] > 0
