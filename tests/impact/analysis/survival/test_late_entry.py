"""Customers who come under risk late are in no test before they do."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.time_to_event import AtRisk, RiskColumn, TimeToEvent
from impact.stats.survival.log_rank import log_rank
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)
from tests.impact.stats.answers import estimated


def test_the_log_rank_row_is_the_test_of_those_at_risk() -> None:
    rng = np.random.default_rng(1)
    arm, entry = rng.integers(2, size=200), rng.integers(-1, 20, 200)
    time = np.maximum(entry, 0) + np.ceil(rng.exponential(30, 200)).astype(int)
    asked = TimeToEvent(at_risk=AtRisk(columns=(RiskColumn.RENEWAL_AT,)))
    counts = counts_of(np.array(["a", "b"])[arm], np.minimum(time, 60), time <= 60)

    result = estimate(
        plan_of(replace(retention(horizon=50), time_to_event=asked), "a", "b"),
        replace(counts, entry=entry),
    )

    row = only(result, "log_rank", "log_rank", variant="")
    expected = estimated(log_rank(np.minimum(time, 60), time <= 60, arm, entry=entry))
    assert number(row.statistic) == pytest.approx(expected.statistic)
    plain = estimated(log_rank(np.minimum(time, 60), time <= 60, arm))
    assert number(row.statistic) != pytest.approx(plain.statistic)
