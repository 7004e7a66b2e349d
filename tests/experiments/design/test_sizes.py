"""What must hold of sizes, powers and detectable effects, whatever the numbers."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from experiments.design import means, proportions
from experiments.design.clusters import (
    cluster_deviation,
    design_effect,
    size_variation,
)
from experiments.design.comparisons import diluted, smallest_comparison
from experiments.design.demands import Demands, Unreachable
from experiments.design.enrolment import Enrolment
from experiments.design.follow_up import (
    FollowUp,
    customers_needed,
    daily_hazard,
    detectable_reduction,
    event_probability,
    survival_power,
)
from experiments.design.log_rank import (
    detectable_hazard_ratio,
    freedman_events,
    freedman_power,
    log_rank_power,
    schoenfeld_events,
)
from experiments.design.ratios import RatioMoments, ratio_deviation
from experiments.design.student import noncentral_t_below, t_quantile
from experiments.errors import InvalidRequest

QUICK = settings(max_examples=25, deadline=None)
shares = st.floats(0.05, 0.95)
alphas = st.floats(0.001, 0.2)
powers = st.floats(0.5, 0.99)
ratios = st.floats(0.3, 0.99)
hazards = st.floats(1e-5, 0.02)
demands = st.builds(lambda alpha, power: Demands(alpha=alpha, power=power), alphas, powers)
follow_ups = st.builds(
    lambda accrual, further, loss: FollowUp(accrual=accrual, further=further, loss=loss),
    st.floats(1, 400),
    st.floats(0, 400),
    st.floats(0, 0.01),
)


@QUICK
@given(ratios, shares, demands)
def test_freedmans_power_is_the_inverse_of_freedmans_events(
    ratio: float, share: float, wanted: Demands
) -> None:
    events = freedman_events(ratio, share=share, demands=wanted)

    assert freedman_power(events, ratio, share=share, alpha=wanted.alpha) == pytest.approx(
        wanted.power, rel=1e-9
    )


def test_unequal_clusters_say_less_than_equal_ones() -> None:
    sizes = [5, 10, 15, 70]

    unequal = design_effect(25, 0.05, variation=size_variation(sizes))

    assert unequal == pytest.approx(1 + ((size_variation(sizes) ** 2 + 1) * 25 - 1) * 0.05)
    assert unequal > design_effect(25, 0.05)
    with pytest.raises(InvalidRequest, match="number of sizes"):
        size_variation([5])


@QUICK
@given(ratios, shares, demands)
def test_events_power_and_detectable_hazard_ratio_agree(
    ratio: float, share: float, wanted: Demands
) -> None:
    events = schoenfeld_events(ratio, share=share, demands=wanted)

    assert log_rank_power(events, ratio, share=share, alpha=wanted.alpha) == pytest.approx(
        wanted.power, rel=1e-9
    )
    assert detectable_hazard_ratio(events, share=share, demands=wanted) == pytest.approx(
        ratio, rel=1e-9
    )


@QUICK
@given(ratios, demands)
def test_a_ratio_and_its_reciprocal_need_the_same_events(ratio: float, wanted: Demands) -> None:
    assert schoenfeld_events(1 / ratio, demands=wanted) == pytest.approx(
        schoenfeld_events(ratio, demands=wanted), rel=1e-9
    )
    assert freedman_events(1 / ratio, demands=wanted) == pytest.approx(
        freedman_events(ratio, demands=wanted), rel=1e-9
    )


@QUICK
@given(ratios)
def test_freedman_asks_for_no_less_than_schoenfeld_at_equal_arms(ratio: float) -> None:
    assert freedman_events(ratio) >= schoenfeld_events(ratio) * (1 - 1e-9)


@QUICK
@given(hazards, ratios, follow_ups, shares, demands)
def test_customers_power_and_detectable_reduction_agree(
    hazard: float, ratio: float, seen: FollowUp, share: float, wanted: Demands
) -> None:
    customers = customers_needed(hazard, ratio, seen, share=share, demands=wanted)

    power = survival_power(customers, hazard, ratio, seen, share=share, alpha=wanted.alpha)
    reduction = detectable_reduction(customers, hazard, seen, share=share, demands=wanted)

    assert power == pytest.approx(wanted.power, rel=1e-9)
    assert reduction == pytest.approx(1 - ratio, rel=1e-6)


@QUICK
@given(hazards, follow_ups, st.floats(1, 100))
def test_more_customers_are_seen_to_churn_the_longer_they_are_watched(
    hazard: float, seen: FollowUp, longer: float
) -> None:
    later = FollowUp(accrual=seen.accrual, further=seen.further + longer, loss=seen.loss)

    assert 0 < event_probability(hazard, seen) < event_probability(hazard, later) < 1


def test_customers_who_join_at_once_are_watched_alike() -> None:
    at_once = event_probability(0.01, FollowUp(accrual=0, further=90))

    assert at_once == pytest.approx(-math.expm1(-0.9), rel=1e-12)
    assert event_probability(0.01, FollowUp(accrual=1e-9, further=90)) == pytest.approx(at_once)


def test_a_monthly_share_is_lost_in_thirty_days() -> None:
    assert math.exp(-30 * daily_hazard(0.02)) == pytest.approx(0.98)


@QUICK
@given(st.floats(0.01, 0.9), st.floats(0.001, 0.09), shares, demands)
def test_proportions_agree_with_their_inverses(
    control: float, change: float, share: float, wanted: Demands
) -> None:
    variant = control + change
    units = proportions.units_needed(control, variant, share=share, demands=wanted)

    power = proportions.power(units, control, variant, share=share, alpha=wanted.alpha)
    found = proportions.detectable_proportion(
        units, control, rises=True, share=share, demands=wanted
    )

    assert power == pytest.approx(wanted.power, rel=1e-9)
    assert found == pytest.approx(variant, rel=1e-6)


@QUICK
@given(st.floats(0.05, 0.5), shares, demands)
def test_means_agree_with_their_inverses(effect: float, share: float, wanted: Demands) -> None:
    units = means.units_needed(effect, 1.0, share=share, demands=wanted)

    power = means.power(units, effect, 1.0, share=share, alpha=wanted.alpha)
    found = means.detectable_difference(units, 1.0, share=share, demands=wanted)

    assert power == pytest.approx(wanted.power, rel=1e-6)
    assert found == pytest.approx(effect, rel=1e-6)


@QUICK
@given(st.floats(20, 1e6), st.floats(0.01, 0.5), alphas)
def test_power_grows_with_units_effect_and_alpha(units: float, effect: float, alpha: float) -> None:
    power = means.power(units, effect, 1.0, alpha=alpha)
    of_proportions = proportions.power(units, 0.3, 0.3 + effect, alpha=alpha)

    assert means.power(units * 1.2, effect, 1.0, alpha=alpha) >= power
    assert means.power(units, effect * 1.2, 1.0, alpha=alpha) >= power
    assert means.power(units, effect, 1.0, alpha=min(0.5, alpha * 1.2)) >= power
    assert proportions.power(units * 1.2, 0.3, 0.3 + effect, alpha=alpha) >= of_proportions
    assert log_rank_power(units * 1.2, 0.9, alpha=alpha) >= log_rank_power(units, 0.9, alpha=alpha)


@QUICK
@given(shares)
def test_equal_arms_need_the_fewest_units(share: float) -> None:
    assert means.units_needed(0.2, 1.0, share=share) >= means.units_needed(0.2, 1.0) * (1 - 1e-9)
    assert schoenfeld_events(0.8, share=share) >= schoenfeld_events(0.8) * (1 - 1e-9)


def test_large_means_need_what_the_normal_distribution_says() -> None:
    usual = Demands()
    z = usual.z_alpha + usual.z_power

    assert means.units_needed(0.01, 1.0) == pytest.approx(4 * (z / 0.01) ** 2, rel=1e-4)


def test_a_huge_difference_needs_a_handful_of_units() -> None:
    assert means.units_needed(100, 1.0) == 4
    assert 4 < means.units_needed(4, 1.0) < 8


@QUICK
@given(st.floats(1, 1e5), st.floats(0, 15), st.floats(-10, 20))
def test_the_noncentral_t_is_that_of_scipy(df: float, shift: float, t: float) -> None:
    expected = float(special.nctdtr(df, shift, t) if shift else special.stdtr(df, t))
    assume(not math.isnan(expected))  # scipy has none for tiny t

    assert noncentral_t_below(t, df, shift) == pytest.approx(expected, abs=1e-10)


@QUICK
@given(st.floats(0.6, 0.9995), st.floats(1, 1e5))
def test_the_quantile_of_t_is_that_of_scipy(level: float, df: float) -> None:
    assert t_quantile(level, df) == pytest.approx(float(special.stdtrit(df, level)), rel=1e-8)


def test_a_ratio_of_a_constant_denominator_varies_like_its_numerator() -> None:
    moments = RatioMoments(
        mean_numerator=360,
        mean_denominator=2,
        variance_numerator=100,
        variance_denominator=0,
        covariance=0,
    )

    assert ratio_deviation(moments) == pytest.approx(5)


def test_clusters_cost_what_their_likeness_costs() -> None:
    assert design_effect(25, 0) == 1
    assert design_effect(25, 1) == pytest.approx(25)
    assert cluster_deviation(2.0, 1, 0.3) == pytest.approx(2.0)


def test_the_smallest_variant_decides() -> None:
    comparison = smallest_comparison([("a", 5000), ("b", 4000), ("c", 1000)], "a")

    assert (comparison.variant, comparison.part) == ("c", 0.6)
    assert comparison.share == pytest.approx(1 / 6)


def test_adherence_of_seven_in_ten_doubles_the_events() -> None:
    full = schoenfeld_events(1 - 0.07)
    part = schoenfeld_events(1 - diluted(0.07, 0.7))

    assert part / full == pytest.approx(2, abs=0.1)


def test_enrolment_ends_with_the_population() -> None:
    enrolment = Enrolment(per_day=40, population=1000)

    assert enrolment.enrolled(-5) == 0
    assert enrolment.enrolled(10) == 400
    assert enrolment.enrolled(100) == 1000
    assert enrolment.accrual(100) == 25


def test_too_few_units_show_no_fall_at_all() -> None:
    seen = FollowUp(accrual=30)

    assert isinstance(detectable_reduction(10, 0.0003, seen), Unreachable)
    assert isinstance(proportions.detectable_proportion(10, 0.02, rises=False), Unreachable)
    assert isinstance(proportions.detectable_proportion(3, 0.5, rises=True), Unreachable)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: Demands(alpha=0), "alpha = 0: must be above 0 and below 1"),
        (lambda: Demands(power=0.01), "power = 0.01: must be above 0.05"),
        (lambda: Demands(power=math.nan), "power = nan"),
        (lambda: schoenfeld_events(1), "hazard_ratio = 1: must differ from 1"),
        (lambda: schoenfeld_events(-1), "hazard_ratio = -1: must be a finite number above 0"),
        (lambda: schoenfeld_events(0.8, share=1), "share = 1"),
        (lambda: log_rank_power(0, 0.8), "events = 0"),
        (lambda: FollowUp(accrual=-1), "accrual = -1"),
        (lambda: FollowUp(accrual=0), r"accrual \+ further = 0"),
        (lambda: daily_hazard(1), "monthly = 1"),
        (lambda: event_probability(0, FollowUp(accrual=1)), "hazard = 0"),
        (lambda: proportions.units_needed(0.1, 0.1), "variant = 0.1: must differ"),
        (lambda: proportions.power(10, 0.1, 1), "variant = 1: must be above 0 and below 1"),
        (lambda: means.units_needed(0, 1), "difference = 0: must differ"),
        (lambda: means.units_needed(1, 0), "deviation = 0"),
        (lambda: means.power(2, 1, 1), "units = 2: must be a finite number, 4 or more"),
        (lambda: design_effect(0.5, 0.1), "size = 0.5: must be a finite number, 1 or more"),
        (lambda: design_effect(5, 1.5), "icc = 1.5: must be 0 to 1"),
        (lambda: diluted(0.1, 0), "adherence = 0"),
        (lambda: Enrolment(per_day=0), "per_day = 0"),
        (lambda: Enrolment(per_day=math.inf), "per_day = inf"),
        (lambda: smallest_comparison([("a", 10_000)], "a"), "weight of the smallest variant"),
    ],
)
def test_a_question_without_an_answer_is_refused_by_name(ask: object, words: str) -> None:
    assert callable(ask)
    with pytest.raises(InvalidRequest, match=words):
        ask()
