"""Moments: centred, and additive over segments."""

from collections.abc import Sequence

import numpy as np
import pytest

from experiments.plan.document import Plan
from impact.analysis.sufficient import SufficientStatistics
from tests.impact.join.one_unit import EUROS, START, metric, paid
from tests.impact.join.tables import AS_OF, Row, compute


def several(plan: Plan, **tables: Sequence[Row]) -> SufficientStatistics:
    units = [{**START, "unit_id": str(number), "tier": "gb"[number % 2]} for number in range(5)]
    units += [{**START, "unit_id": "9", "variant": "b", "tier": "g"}]
    return compute(plan, units, AS_OF, **tables)


def test_moments_are_those_of_numpy_and_segments_add_up_to_all() -> None:
    plan = metric(
        "kind: mean, window: 10, source: revenue.amount, adjustment: {pre_window: 5}",
        EUROS + "\nsegments: [tier]",
    )
    after, before = [3.5, 0.25, 10.0, 7.0, 0.0], [1.0, 2.0, 0.0, 4.5, 3.0]
    rows = [
        {**paid(number, "2026-06-03", str(amount)), "customer_id": str(number)}
        for number, amount in enumerate(after)
    ] + [
        {**paid(number + 10, "2026-05-30", str(amount)), "customer_id": str(number)}
        for number, amount in enumerate(before)
    ]

    arms = {
        (arm.variant, arm.segment): arm.moments for arm in several(plan, revenue=rows).moments["m"]
    }

    whole = arms["a", "all"]
    assert (whole.names, whole.n) == (("y", "x"), 5)
    np.testing.assert_allclose(whole.means, [np.mean(after), np.mean(before)], rtol=1e-15)
    np.testing.assert_allclose(whole.cross, np.cov(after, before) * 4, rtol=1e-14)
    merged = arms["a", "tier=b"] + arms["a", "tier=g"]
    np.testing.assert_allclose(merged.cross, whole.cross, rtol=1e-13)
    assert arms["b", "tier=b"].n == 0


def test_a_large_mean_does_not_eat_a_small_variance() -> None:
    plan = metric("kind: mean, source: observations.level")
    values = 1e9 + np.arange(6) / 7
    units = [{**START, "unit_id": str(number)} for number in range(6)]
    rows = [
        {"unit_id": str(number), "metric": "level", "value": float(value)}
        for number, value in enumerate(values)
    ]

    arm = compute(plan, units, observations=rows).moments["m"][0]

    expected = float(np.var(values - 1e9, ddof=1) * 5)
    assert arm.moments.cross[0, 0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 1.0, -19.99])
def test_what_does_not_vary_has_no_variance_at_all(value: float) -> None:
    plan = metric("kind: mean, source: observations.level")
    units = [{**START, "unit_id": str(number)} for number in range(7)]
    rows = [{"unit_id": str(number), "metric": "level", "value": value} for number in range(7)]

    moments = compute(plan, units, observations=rows).moments["m"][0].moments

    assert moments.cross.tolist() == [[0.0]]
    assert moments.means[0] == pytest.approx(value, rel=1e-15)
