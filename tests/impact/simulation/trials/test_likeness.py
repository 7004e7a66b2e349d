"""Units that are alike: the share of the variance between groups is the one asked for."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.design.expectations import Expectation
from experiments.plan.document import Kind
from impact.simulation.trials.counting import final_plan
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.likeness import clustered
from impact.simulation.trials.drawing.population import population_of
from impact.simulation.trials.drawing.scenario import Drawn, Groups, Law, Scenario
from impact.simulation.trials.outcomes import Outcomes
from impact.simulation.trials.splitting import weighted_split
from tests.impact.analysis.building import RETENTION, plan_of
from tests.impact.simulation.trials.test_trials import SPEND

ICC, SIZE = 0.2, 20


def correlation(numbers: np.ndarray, group: np.ndarray) -> float:
    """Return the intracluster correlation of clusters of one size: analysis of variance."""
    rows = numbers[np.argsort(group, kind="stable")].reshape(-1, SIZE)
    between = SIZE * rows.mean(axis=1).var(ddof=1)
    within = rows.var(axis=1, ddof=1).mean()
    return float((between - within) / (between + (SIZE - 1) * within))


def drawn(kind: Kind, scenario: Scenario, units: int = 40_000) -> Outcomes:
    metric = replace(SPEND if kind is not Kind.TIME_TO_EVENT else RETENTION, kind=kind)
    metric = replace(metric, cluster="team", strata=(), covariates=())
    expected = Expectation(
        per_day=1, icc=ICC, cluster_size=SIZE, variation=0.8, monthly_churn=0.05, baseline=0.3
    )
    assumed = Assumed(
        plan=final_plan(plan_of(metric)),
        metric=metric,
        expected=expected,
        scenario=scenario,
        units=units,
    )
    return population_of(assumed)(np.random.default_rng(5))


@pytest.mark.parametrize(
    ("kind", "scenario"),
    [
        (Kind.MEAN, Scenario()),
        (Kind.MEAN, Scenario(law=Law.NORMAL)),
        (Kind.MEAN, Scenario(zeros=0.2)),
        (Kind.PROPORTION, Scenario()),
    ],
)
def test_numbers_have_the_level_the_spread_and_the_correlation_asked_for(
    kind: Kind, scenario: Scenario
) -> None:
    found = drawn(kind, scenario).values["spend"]
    numbers, cluster = found.column("y"), found.cluster

    assert cluster is not None
    assert correlation(numbers, cluster) == pytest.approx(ICC, abs=0.04)
    mean, spread = (0.3, 0.3 * 0.7) if kind is Kind.PROPORTION else (1.0, 0.64)
    assert numbers.mean() == pytest.approx(mean, rel=0.04)
    assert numbers.var() == pytest.approx(spread, rel=0.12)


def test_the_linearised_value_of_a_ratio_has_the_spread_and_the_correlation_asked_for() -> None:
    found = drawn(Kind.RATIO, Scenario(), units=200_000).values["spend"]
    above, below = found.column("y"), found.column("d")

    linearised = (above - below * above.sum() / below.sum()) / below.mean()
    assert found.cluster is not None
    assert linearised.std() == pytest.approx(0.8, rel=0.03)
    assert correlation(linearised, found.cluster) == pytest.approx(ICC, abs=0.03)


def test_who_has_left_is_as_alike_as_asked_for() -> None:
    found = drawn(Kind.TIME_TO_EVENT, Scenario(accrual=0, days=90)).times["retention"]

    event = found.event.astype(np.float64)
    assert correlation(event, found.clusters["team"]) == pytest.approx(ICC, abs=0.04)
    assert event.mean() == pytest.approx(1 - 0.95**3, rel=0.12)


def test_sizes_vary_as_asked_for() -> None:
    found = clustered(200_000, 100, 0.7, np.random.default_rng(2))

    sizes = np.bincount(found.of_unit, minlength=2000)
    assert len(found.levels) == 2000
    assert sizes.sum() == 200_000
    assert sizes.std() / sizes.mean() == pytest.approx(0.7, rel=0.08)


@pytest.mark.parametrize("what", Drawn)
def test_a_cluster_has_one_arm_or_both(what: Drawn) -> None:
    outcomes = drawn(Kind.MEAN, Scenario(groups=Groups(drawn=what)), units=2000)
    plan = final_plan(plan_of(SPEND))

    arms = weighted_split(plan)(outcomes, np.random.default_rng(1))

    cluster = outcomes.values["spend"].cluster
    assert cluster is not None
    shares = np.bincount(cluster, weights=arms) / np.bincount(cluster)
    assert ((shares == 0) | (shares == 1)).all() == (what is Drawn.CLUSTERS)
    assert 0.3 < arms.mean() < 0.7
