"""Moments of the arms give what rows give; scale and side of the treatment change nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from impact.stats.compliance.anderson_rubin import anderson_rubin
from impact.stats.compliance.assignment_effects import Arm, AssignmentEffects, assignment_effects
from impact.stats.compliance.complier_effect import complier_effect
from impact.stats.estimable import NotEstimable
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.compliance.test_reference import arm_of, with_products

Floats = NDArray[np.float64]


def drawn(seed: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw z, y, t and x of n units, t following z in part."""
    rng = np.random.default_rng(seed)
    z = np.where(np.arange(n) % 3 == 0, 1.0, 0.0)
    x = rng.normal(0, 2, n)
    t = (rng.random(n) < 0.3 + 0.4 * z).astype(float)
    return z, 3 * t + x + rng.normal(0, 1 + z, n), t, x


def from_rows(z: Floats, y: Floats, t: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Regress y and t on (1, z, x), with White's errors, row by row."""
    design = np.column_stack([np.ones_like(z), z, x])
    inverse = np.linalg.inv(design.T @ design)
    outcomes = np.column_stack([y, t])
    slopes = inverse @ design.T @ outcomes
    scores = (design @ inverse[1])[:, None] * (outcomes - design @ slopes)
    return slopes[1], scores.T @ scores * len(z) / (len(z) - 3)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(12, 60))
def test_moments_equal_rows(seed: int, n: int) -> None:
    z, y, t, x = drawn(seed, n)
    slopes, covariance = from_rows(z, y, t, x)

    arms = [with_products(y[z == arm], t[z == arm], x[z == arm]) for arm in (1, 0)]
    found = assignment_effects(*arms)

    if isinstance(found, NotEstimable):
        assert np.ptp(t) == 0
        return
    assert [found.outcome, found.treatment] == pytest.approx(list(slopes), rel=1e-8, abs=1e-10)
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-8, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(outcome=st.floats(-5, 5), treatment=st.floats(-2, 2), joint=st.floats(-0.9, 0.9))
def test_the_set_holds_what_the_test_does_not_reject(
    outcome: float, treatment: float, joint: float
) -> None:
    covariance = np.array([[1.0, joint], [joint, 1.0]])
    effects = AssignmentEffects(outcome=outcome, treatment=treatment, covariance=covariance, df=200)

    found = anderson_rubin(effects, level=0.95)

    bounds = [found.low, found.high] if found.low is not None else _edges(found.text)
    for bound in map(known, bounds):
        gap = abs(outcome - bound * treatment)
        assert gap == pytest.approx(1.9719 * effects.variance_at(bound) ** 0.5, rel=1e-3)


def _edges(text: str) -> list[float | None]:
    if text == "(-inf, inf)":
        return []
    left, right = text.split(" U ")
    return [float(left[7:-1]), float(right[1:-6])]


def test_a_treatment_of_the_other_side_turns_the_sign_alone() -> None:
    z, y, t, _ = drawn(1, 60)
    arms = [arm_of(np.column_stack([y, t])[z == arm]) for arm in (1, 0)]
    turned = [arm_of(np.column_stack([y, 1 - t])[z == arm]) for arm in (1, 0)]

    there, back = estimated(assignment_effects(*arms)), estimated(assignment_effects(*turned))

    assert back.treatment == pytest.approx(-there.treatment)
    assert back.covariance[1, 1] == pytest.approx(there.covariance[1, 1])


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        (Arm(n=1, means=np.zeros(2), cross=np.zeros((2, 2))), "fewer than two units in one of"),
        (Arm(n=9, means=np.array([np.nan, 1.0]), cross=np.eye(2)), "not finite"),
        (Arm(n=9, means=np.array([2.0, 1.0]), cross=np.diag([1.0, 0.0])), "same treatment"),
        (Arm(n=9, means=np.array([2.0, 0.5]), cross=np.diag([0.0, 1.0])), "one value in each"),
    ],
)
def test_what_cannot_be_estimated_says_why(variant: Arm, reason: str) -> None:
    control = Arm(n=9, means=np.array([1.0, 1.0]), cross=np.diag([float("one" not in reason), 0.0]))

    found = assignment_effects(variant, control)

    assert isinstance(found, NotEstimable)
    assert reason in found.reason


@pytest.mark.parametrize(("level", "slope"), [(0.0, 1.0), (3.0, 2.0), (0.7, 0.1)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_outcome_that_the_treatment_decides_has_a_set_of_one_point(
    level: float, slope: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    taken = [(rng.random(200) < share).astype(float) for share in (0.7, 0.2)]
    arms = [arm_of(np.column_stack([level + slope * t, t])) for t in taken]

    effects = assignment_effects(*arms)
    assert isinstance(effects, AssignmentEffects)
    found = complier_effect(effects, level=0.95)

    assert isinstance(found.estimate, NotEstimable)
    assert found.confidence_set.text == ""
    assert [known(found.confidence_set.low), known(found.confidence_set.high)] == pytest.approx(
        [slope, slope]
    )
