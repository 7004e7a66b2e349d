"""Numbers printed in papers, manuals and books."""

import pytest

from impact.stats.inference import normal_inference
from impact.stats.sequential.group_sequential import bounds
from impact.stats.sequential.spending import Spending
from impact.stats.survival.kaplan_meier import kaplan_meier
from impact.stats.survival.log_rank import log_rank
from impact.stats.survival.rmst import restricted_mean, rmst_difference
from tests.impact.stats.answers import estimated
from tests.impact.stats.oracle import columns
from tests.reference import needs_reference


@needs_reference
def test_restricted_means_of_the_liver_trial() -> None:
    """Uno (2017), vignette of survRM2: ten years, its two arms as randomised."""
    data = columns("oracle/s3_pbc312.csv")
    arm, days, event = (data.number(name) for name in ("arm", "days", "event"))
    years = days / 365.25
    first, second = (
        estimated(restricted_mean(kaplan_meier(years[arm == place], event[arm == place]), 10.0))
        for place in (1, 0)
    )

    change = rmst_difference(first, second)
    found = normal_inference(change.value, change.std_error, level=0.95)

    assert round(first.value, 2) == 7.15
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.p_value is not None
    assert [round(x, 3) for x in (found.value, found.ci_low, found.ci_high, found.p_value)] == [
        -0.137,
        -0.939,
        0.665,
        0.738,
    ]


@needs_reference
def test_the_log_rank_test_of_lung_cancer_by_sex() -> None:
    """Machine Learning with R Cookbook, second edition, chapter 6: what survdiff prints."""
    data = columns("oracle/s1_lung.csv")

    test = estimated(log_rank(data.number("time"), data.number("event"), data.text["arm"]))

    assert test.observed.tolist() == [112, 53]
    assert test.expected.round(4).tolist() == [91.5817, 73.4183]
    assert round(test.statistic, 4) == 10.3267
    assert round(test.p_value, 8) == 0.00131116


def test_bounds_of_obrien_fleming_type_for_five_looks() -> None:
    """Lan and DeMets (1983), as tabulated by their program."""
    looks = bounds([1, 2, 3, 4, 5], planned=5, alpha=0.05, spending=Spending.OBRIEN_FLEMING)

    assert list(looks) == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)
