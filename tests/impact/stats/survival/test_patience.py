"""Callers' patience in a bank's call centre: waiting is censored by being answered.

Published medians for January 1999 by priority: 171, 311 and 610 s.
"""

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from impact.stats.survival.kaplan_meier import kaplan_meier
from impact.stats.survival.median import Median, median_survival
from tests.reference import SHARED, needs_reference

pytestmark = needs_reference


@pytest.mark.parametrize(("priority", "median"), [(0, 171), (1, 311), (2, 610)])
def test_the_median_patience_of_a_priority_is_as_published(priority: int, median: int) -> None:
    assert SHARED is not None
    calls = pq.read_table(SHARED / "data" / "anonymous_bank_1999_01.parquet")
    queued = calls.filter(
        (pc.field("outcome") != "PHANTOM")
        & (pc.field("priority") == priority)
        & (pc.field("q_time") > 0)
    )
    waited = queued["q_time"].to_numpy()
    gave_up = pc.equal(queued["outcome"], "HANG").to_numpy(zero_copy_only=False)

    estimate = median_survival(kaplan_meier(waited, gave_up))

    assert isinstance(estimate, Median)
    assert estimate.value == median
