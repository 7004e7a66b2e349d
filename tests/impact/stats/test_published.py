"""Numbers printed in papers, manuals and books."""

import math

import numpy as np
import pytest
import tea_tasting

from impact.stats.inference import normal_inference, student_inference
from impact.stats.means.ratio import RatioSample
from impact.stats.means.welch import Sample, welch
from impact.stats.sequential.group_sequential import bounds
from impact.stats.sequential.spending import Spending
from impact.stats.survival.cox import cox
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties
from impact.stats.survival.kaplan_meier import kaplan_meier
from impact.stats.survival.log_rank import log_rank
from impact.stats.survival.rmst import restricted_mean, rmst_difference
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.oracle import columns, published
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


@needs_reference
def test_recidivism_gives_the_model_that_lifelines_prints() -> None:
    """lifelines, *Survival regression*: its table has Breslow's ties, its test Efron's."""
    data, printed = columns("data/rossi_recidivism_rct_432.csv"), published("P7")
    terms = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
    sample = CoxSample(
        time=data.number("week"),
        event=data.number("arrest"),
        design=np.column_stack([data.number(term) for term in terms]),
        terms=terms,
    )

    efron, breslow = (estimated(cox(sample, ties)) for ties in (Ties.EFRON, Ties.BRESLOW))

    for place, term in enumerate(terms):
        found = normal_inference(breslow.coefficients[place], breslow.std_errors[place], level=0.95)
        tested = [found.value, known(found.std_error), known(found.p_value)]
        assert [round(number, 4) for number in tested] == printed[term], term
        assert efron.coefficients[place] == pytest.approx(breslow.coefficients[place], abs=2e-3)
    assert (round(efron.likelihood_ratio, 3), efron.df) == (printed["LR_7df"], 7)


def users() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the variant's and the control's users of tea-tasting's guide."""
    drawn = {name: np.asarray(column) for name, column in _table().items()}
    variant = drawn["variant"] == 1
    arms = [
        {name: numbers[kept] for name, numbers in drawn.items()} for kept in (variant, ~variant)
    ]
    return arms[0], arms[1]


def _table() -> dict[str, list[float]]:
    table: dict[str, list[float]] = tea_tasting.make_users_data(rng=42).to_pydict()
    return table


@needs_reference
def test_orders_per_user_of_the_guide_of_tea_tasting() -> None:
    """tea-tasting, *User guide*, metric orders_per_user: Welch's test."""
    found = estimated(
        welch(
            *(
                Sample(n=len(arm), mean=arm.mean(), variance=arm.var(ddof=1))
                for arm in (users["orders"] for users in users())
            ),
            level=0.95,
        )
    )

    printed = published("P5")
    assert [found.ci_low, found.ci_high] == pytest.approx(printed["ci"], rel=1e-8)
    assert found.value == pytest.approx(printed["effect"], rel=1e-8)
    assert found.p_value == pytest.approx(printed["p"], rel=1e-8)
    assert found.statistic == pytest.approx(printed["statistic"], rel=1e-8)


@needs_reference
def test_orders_per_session_of_the_guide_of_tea_tasting() -> None:
    """tea-tasting, *User guide*, metric orders_per_session: the delta method, a logarithm's limits.

    The ratio's own error goes into Welch's test, and over the ratio into its logarithm's.
    """
    ratios = [ratio_of(arm["orders"], arm["sessions"]) for arm in users()]
    linear = [
        Sample(n=arm.n, mean=arm.ratio, variance=arm.ratio_variance * arm.n) for arm in ratios
    ]

    absolute = estimated(welch(*linear, level=0.95))
    error = math.hypot(*(math.sqrt(arm.ratio_variance) / arm.ratio for arm in ratios))
    around = student_inference(
        math.log(ratios[0].ratio / ratios[1].ratio), error, known(absolute.df), level=0.95
    )

    printed = published("P6")
    value, low, high = (
        math.exp(known(end)) - 1 for end in (around.value, around.ci_low, around.ci_high)
    )
    assert round(known(absolute.p_value), 4) == printed["p"]
    assert (round(value, 3), round(low, 4)) == (printed["rel"], printed["rel_lo"])
    assert round(high, 2) == printed["rel_hi"]


def ratio_of(above: np.ndarray, below: np.ndarray) -> RatioSample:
    spread = np.cov(above, below)
    return RatioSample(
        n=len(above),
        numerator=float(above.mean()),
        denominator=float(below.mean()),
        numerator_variance=float(spread[0, 0]),
        denominator_variance=float(spread[1, 1]),
        covariance=float(spread[0, 1]),
    )
