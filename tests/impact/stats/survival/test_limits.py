"""What retention answers at the edge of what can be estimated."""

import numpy as np
import pytest

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.kaplan_meier import (
    SurvivalPoint,
    kaplan_meier,
    survival_at,
    survival_points,
)
from impact.stats.survival.log_rank import log_rank
from impact.stats.survival.median import Median, median_survival
from impact.stats.survival.rmst import RestrictedMean, lost_time_ratio, restricted_mean, rmst_ratio


def sample(
    time: list[float], event: list[int], design: list[list[float]], *terms: str
) -> CoxSample:
    return CoxSample(time=time, event=event, design=design, terms=terms or ("arm",))


def reason(answer: object) -> str:
    assert isinstance(answer, NotEstimable)
    return answer.reason


def point(curve_time: float, time: list[float], event: list[int]) -> SurvivalPoint:
    answer = survival_at(kaplan_meier(time, event), curve_time)
    assert isinstance(answer, SurvivalPoint)
    return answer


def test_an_event_comes_before_a_censoring_of_the_same_day() -> None:
    assert point(2, [2, 2], [0, 1]).value == 0.5


def test_limits_are_absent_before_the_first_event() -> None:
    before = point(1, [2, 3], [1, 0])

    assert (before.value, before.std_error, before.ci_low, before.ci_high) == (1, 0, None, None)


def test_error_and_limits_are_absent_once_nobody_is_left() -> None:
    after = point(5, [2, 3], [1, 1])

    assert (after.value, after.std_error, after.ci_low, after.ci_high) == (0, None, None, None)


def test_survival_beyond_follow_up_is_not_known() -> None:
    answer = survival_at(kaplan_meier([2, 3], [1, 0]), 4)

    assert reason(answer) == "follow-up ends at 3, before 4"


def test_survival_without_units_is_not_known() -> None:
    assert reason(survival_at(kaplan_meier([], []), 1)) == "no units"
    assert reason(restricted_mean(kaplan_meier([], []), 1)) == "no units"
    assert survival_points(kaplan_meier([], [])) == ()


def test_a_curve_starts_at_zero_once() -> None:
    points = survival_points(kaplan_meier([0, 0, 3], [1, 0, 1]))

    assert [(answer.time, answer.at_risk) for answer in points] == [(0, 3), (3, 1)]


@pytest.mark.parametrize(
    ("time", "event", "median"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], 2.5),  # one half from 2 to 3
        ([1, 2, 5, 9], [1, 1, 0, 0], 5.5),  # one half from 2 to the end at 9
        ([1, 2, 3], [1, 1, 1], 2.0),
    ],
)
def test_a_curve_at_one_half_has_its_median_in_the_middle(
    time: list[float], event: list[int], median: float
) -> None:
    answer = median_survival(kaplan_meier(time, event))

    assert isinstance(answer, Median)
    assert answer.value == median


def test_a_limit_that_is_never_crossed_is_absent() -> None:
    answer = median_survival(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0]))

    assert isinstance(answer, Median)
    assert answer.ci_high is None


def test_a_restricted_mean_needs_follow_up_to_its_horizon() -> None:
    curve = kaplan_meier([2, 3], [1, 0])

    assert reason(restricted_mean(curve, 4)) == "follow-up ends at 3, before the horizon of 4"
    assert reason(restricted_mean(curve, 0)) == "the horizon is not after the start"


def test_a_restricted_mean_is_known_for_ever_once_nobody_is_left() -> None:
    curve = kaplan_meier([1, 2, 4], [1, 1, 1])

    at_end, later = restricted_mean(curve, 4), restricted_mean(curve, 9)

    assert isinstance(at_end, RestrictedMean)
    assert isinstance(later, RestrictedMean)
    assert later.value == at_end.value == pytest.approx(7 / 3)
    assert later.std_error == at_end.std_error


def test_a_restricted_mean_without_events_is_the_horizon() -> None:
    mean = restricted_mean(kaplan_meier([4, 5], [0, 0]), 3)

    assert mean == RestrictedMean(horizon=3, value=3.0, std_error=0.0)


def test_a_ratio_needs_time_on_both_sides() -> None:
    whole = RestrictedMean(horizon=3, value=3.0, std_error=0.0)
    none = RestrictedMean(horizon=3, value=0.0, std_error=0.0)

    assert reason(rmst_ratio(whole, none)) == "in one arm no time is kept before the horizon"
    assert reason(lost_time_ratio(whole, none)) == "in one arm no time is lost before the horizon"


@pytest.mark.parametrize(
    ("event", "group", "expected"),
    [
        ([0, 0, 0], ["a", "a", "b"], "no events"),
        ([1, 1, 0], ["a", "a", "a"], "fewer than two groups have units"),
        ([0, 0, 1], ["a", "a", "b"], "no event happened while two groups were at risk"),
    ],
)
def test_log_rank_says_why_it_cannot_test(
    event: list[int], group: list[str], expected: str
) -> None:
    assert reason(log_rank([1, 2, 3], event, group)) == expected


def test_a_group_that_is_never_at_risk_with_events_takes_no_degree_of_freedom() -> None:
    two = log_rank([2, 3, 4, 5], [1, 1, 1, 1], ["a", "b", "a", "b"])
    three = log_rank([2, 3, 4, 5, 1], [1, 1, 1, 1, 0], ["a", "b", "a", "b", "c"])

    assert not isinstance(two, NotEstimable)
    assert not isinstance(three, NotEstimable)
    assert three.df == two.df == 1
    assert three.statistic == pytest.approx(two.statistic)


def test_cox_without_events_says_so() -> None:
    assert reason(cox(sample([1, 2], [0, 0], [[0], [1]]))) == "no events"
    assert reason(cox(sample([], [], np.empty((0, 1)).tolist()))) == "no events"


def test_cox_with_events_on_one_side_alone_has_no_maximum() -> None:
    separated = sample([1, 2, 3, 4, 5], [1, 1, 0, 0, 0], [[1], [1], [0], [0], [0]])

    assert reason(cox(separated)).startswith("the coefficient of arm grows without bound")


def test_cox_separated_in_one_of_two_terms_names_it() -> None:
    rng = np.random.default_rng(1)
    arm, rare = rng.integers(2, size=200), np.arange(200) < 10
    event = rng.integers(2, size=200) & ~rare
    time = rng.integers(1, 30, size=200)

    answer = cox(
        CoxSample(
            time=time, event=event, design=np.column_stack([arm, rare]), terms=("arm", "rare")
        )
    )

    assert "rare grows without bound" in reason(answer)


def test_cox_names_collinear_and_constant_terms() -> None:
    time, event = [1.0, 2.0, 3.0, 4.0], [1, 1, 1, 0]

    twice = sample(time, event, [[0, 0, 3], [1, 2, 1], [0, 0, 2], [1, 2, 5]], "a", "b", "c")
    constant = sample(time, event, [[0, 1], [1, 1], [0, 1], [1, 1]], "a", "b")

    assert reason(cox(twice)) == "a, b determine each other"
    assert reason(cox(constant)) == "b is the same for all who are at risk when events happen"


def test_cox_is_not_confused_by_large_and_small_scales() -> None:
    rng = np.random.default_rng(2)
    money, share = 1e7 + 1e6 * rng.random(300), 1e-6 * rng.random(300)
    time, event = rng.integers(1, 40, size=300), rng.integers(2, size=300)
    plain = CoxSample(
        time=time,
        event=event,
        design=np.column_stack([(money - 1e7) / 1e6, share * 1e6]),
        terms=("money", "share"),
    )
    scaled = CoxSample(
        time=time, event=event, design=np.column_stack([money, share]), terms=("money", "share")
    )

    first, second = cox(plain), cox(scaled)

    assert isinstance(first, CoxFit)
    assert isinstance(second, CoxFit)
    np.testing.assert_allclose(second.coefficients * [1e6, 1e-6], first.coefficients, rtol=1e-7)


def test_a_stratum_without_events_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    time, event, arm = (rng.integers(1, 20, 90), rng.integers(2, size=90), rng.integers(2, size=90))
    quiet = np.concatenate([time, time]), np.concatenate([event, 0 * event])
    stratum = np.repeat(["busy", "quiet"], 90)
    for labels in (stratum, np.where(stratum == "busy", "zebra", stratum)):
        both = cox(
            CoxSample(
                time=quiet[0],
                event=quiet[1],
                design=np.tile(arm, 2)[:, None],
                terms=("arm",),
                stratum=labels,
            )
        )
        alone = cox(CoxSample(time=time, event=event, design=arm[:, None], terms=("arm",)))

        assert isinstance(both, CoxFit)
        assert isinstance(alone, CoxFit)
        np.testing.assert_allclose(both.coefficients, alone.coefficients, rtol=1e-10)
