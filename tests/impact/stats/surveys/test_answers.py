"""Bounds, weighting and scores of surveys: by hand, by what they mean, and their refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.stats.estimable import NotEstimable
from impact.stats.means.welch import Sample, welch
from impact.stats.surveys.lee import Answers, lee_bounds
from impact.stats.surveys.response import same_response
from impact.stats.surveys.scores import net_promoter
from impact.stats.surveys.weighting import CellAnswers, weighted_difference
from tests.impact.stats.answers import estimated, known


def answers(units: int, *counts: int) -> Answers:
    """Return answers from 1 up to as many as there are counts."""
    values = np.arange(1, len(counts) + 1, dtype=np.float64)
    return Answers(units=units, values=values, counts=np.array(counts, dtype=np.float64))


def test_arms_that_answer_alike_have_one_bound() -> None:
    found = estimated(lee_bounds(answers(100, 10, 20, 20), answers(100, 20, 20, 10), level=0.95))

    assert found.trimmed == 0
    assert found.lower.value == pytest.approx(0.4)
    assert found.upper.value == pytest.approx(0.4)
    plain = estimated(
        welch(
            Sample(n=50, mean=2.2, variance=0.56), Sample(n=50, mean=1.8, variance=0.56), level=0.95
        )
    )
    assert found.lower.std_error == pytest.approx(plain.std_error, rel=0.4)


@given(
    st.lists(st.integers(1, 30), min_size=5, max_size=5),
    st.lists(st.integers(1, 30), min_size=5, max_size=5),
)
def test_the_bounds_hold_the_plain_difference_and_swap_with_the_arms(
    first: list[int], second: list[int]
) -> None:
    calm, quick = answers(200, *first), answers(200, *second)
    plain = np.average(calm.values, weights=calm.counts) - np.average(
        quick.values, weights=quick.counts
    )

    found = estimated(lee_bounds(calm, quick, level=0.95))
    turned = estimated(lee_bounds(quick, calm, level=0.95))

    assert found.lower.value - 1e-9 <= plain <= found.upper.value + 1e-9
    assert turned.lower.value == pytest.approx(-found.upper.value)
    assert turned.upper.value == pytest.approx(-found.lower.value)


def test_the_worst_of_the_greater_arm_is_left_out_for_the_upper_bound() -> None:
    calm, quick = answers(100, 20, 0, 0, 0, 60), answers(100, 0, 0, 0, 0, 40)

    found = estimated(lee_bounds(calm, answers(100, 1, 0, 0, 0, 39), level=0.95))

    assert found.trimmed == pytest.approx(0.5)
    assert found.upper.value == pytest.approx(5.0 - 4.9)
    assert found.lower.value == pytest.approx(3.0 - 4.9)
    assert lee_bounds(quick, quick, level=0.95) == NotEstimable(
        "zero variance: the answers that are left are all the same"
    )


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        (answers(0), "no unit in one of the arms"),
        (answers(50, 1), "fewer than two answers in one of the arms"),
    ],
)
def test_arms_without_answers_have_no_bounds(variant: Answers, reason: str) -> None:
    assert lee_bounds(variant, answers(50, 9, 9), level=0.95) == NotEstimable(reason)


def cells(units: list[float], answered: list[float], means: list[float]) -> CellAnswers:
    return CellAnswers(
        units=np.array(units),
        answered=np.array(answered),
        means=np.array(means),
        squares=np.array(answered) * 0.5,
    )


def test_weighting_undoes_who_answered() -> None:
    calm = cells([500.0, 500.0], [400.0, 100.0], [4.5, 2.5])
    quick = cells([500.0, 500.0], [100.0, 400.0], [4.5, 2.5])

    found = estimated(weighted_difference(calm, quick, level=0.95))

    assert found.value == 0.0
    assert known(found.ci_low) < 0 < known(found.ci_high)


def test_a_cell_that_is_silent_in_one_arm_has_a_reason() -> None:
    calm = cells([50.0, 50.0], [40.0, 1.0], [4.0, 2.0])

    found = weighted_difference(calm, cells([50.0, 50.0], [40.0, 30.0], [4.0, 2.0]), level=0.95)

    assert found == NotEstimable("a segment has fewer than two answers in one of the arms")


def test_a_cell_that_nobody_is_in_does_not_count() -> None:
    calm = cells([50.0, 0.0], [40.0, 0.0], [4.0, 0.0])

    assert estimated(weighted_difference(calm, calm, level=0.95)).value == 0.0


def test_response_that_cannot_differ_has_a_reason() -> None:
    assert same_response([10, 10], [0, 0]) == NotEstimable("nobody answered")
    assert same_response([10, 10], [10, 10]) == NotEstimable("everybody answered")
    assert same_response([10, 0], [3, 0]) == NotEstimable("fewer than two arms were asked")


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_a_net_promoter_score_is_the_sample_of_its_points(up: int, middle: int, down: int) -> None:
    points = np.repeat([100.0, 0.0, -100.0], [up, middle, down])

    found = net_promoter(up, middle, down)

    assert found.mean == pytest.approx(points.mean(), abs=1e-9)
    assert found.variance == pytest.approx(points.var(ddof=1))


def test_no_answer_is_no_score() -> None:
    assert net_promoter(0, 0, 0).n == 0


@pytest.mark.slow
def test_the_bounds_hold_the_effect_on_those_who_always_answer() -> None:
    rng, repeats, held = np.random.default_rng(107), 1000, 0
    truth = 0.3

    for _ in range(repeats):
        mood = rng.normal(0, 1, (2, 1500))
        answers_anyway, persuaded = mood > 0.2, (mood > -0.2) & (mood <= 0.2)
        score = np.round(np.clip(3 + mood + np.array([[0.0], [truth]]), 1, 5), 1)
        responds = answers_anyway | (persuaded & np.array([[False], [True]]))
        arms = []
        for arm in (1, 0):
            values, counts = np.unique(score[arm][responds[arm]], return_counts=True)
            arms.append(Answers(units=1500, values=values, counts=counts.astype(np.float64)))
        found = estimated(lee_bounds(*arms, level=0.95))
        target = score[1][answers_anyway[1]].mean() - score[0][answers_anyway[0]].mean()
        held += known(found.lower.ci_low) <= target <= known(found.upper.ci_high)

    assert held / repeats >= 0.94
