"""The Bayesian view: where its prior comes from, what it says, and what it never touches."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.plan.bayesian import Bayesian
from experiments.plan.document import Direction, Metric, Plan, Role
from experiments.plan.looks import Looks
from impact.analysis.bayes.effects import past_effects
from impact.analysis.document import document
from impact.analysis.estimates import Analysis, BayesianView, Verdict
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from impact.analysis.sufficient import PastEffect
from tests.impact.analysis.building import (
    AHEAD,
    AS_OF,
    PAST,
    RESOLVED,
    RETENTION,
    SPEND,
    only,
    plan_of,
    statistics_of,
)

EARLIER = tuple(
    PastEffect(experiment=f"e{place}", effect=effect, std_error=0.05)
    for place, effect in enumerate((0.0, 0.02, -0.03, 0.05, 0.01, 0.04))
)


def plan_with(metric: Metric, end: date = PAST, **changes: float) -> Plan:
    asked = replace(Bayesian(worthwhile=0.02), **changes)
    return plan_of(replace(metric, role=Role.PRIMARY), looks=Looks(planned_end=end), bayesian=asked)


def view(plan: Plan, past: tuple[PastEffect, ...] = ()) -> BayesianView:
    (found,) = evaluate(plan, statistics_of(past=past), as_of=AS_OF).bayesian
    return found


def test_without_past_experiments_the_prior_is_weak_and_says_so() -> None:
    found = view(plan_with(RETENTION))

    assert (found.prior_mean, found.prior_sd) == (0.0, 0.2)
    assert found.prior_from == "weakly informative: fewer than 5 past experiments"


def test_the_plan_may_state_its_own_weak_prior() -> None:
    assert view(plan_with(RETENTION, prior_sd=0.1)).prior_sd == 0.1


def test_past_experiments_teach_the_prior() -> None:
    found = view(plan_with(RETENTION), EARLIER)

    assert found.prior_from == "learnt from 6 past experiments"
    assert 0 < found.prior_sd < 0.2
    assert found.prior_mean > 0


def test_a_hazard_ratio_counts_as_a_benefit_on_its_logarithm() -> None:
    plan = plan_with(RETENTION, worthwhile=0.05)
    analysis = evaluate(plan, statistics_of(), as_of=AS_OF)
    ratio = only(analysis.estimates, "retention", "hazard_ratio", method="cox")
    (found,) = analysis.bayesian

    assert ratio.value is not None
    assert ratio.std_error is not None
    precision = 0.2**-2 + ratio.std_error**-2
    mean = -np.log(ratio.value) * ratio.std_error**-2 / precision
    after = stats.norm(mean, precision**-0.5)
    assert found.mean == pytest.approx(mean)
    assert found.probability_of_harm == pytest.approx(after.cdf(0))
    assert found.probability_worthwhile == pytest.approx(after.sf(-np.log(0.95)))
    assert found.scale == "minus the logarithm of the hazard ratio"


@pytest.mark.parametrize(
    ("metric", "quantity"), [(SPEND, "relative_difference"), (RESOLVED, "risk_ratio")]
)
def test_the_direction_says_what_a_benefit_is(metric: Metric, quantity: str) -> None:
    more = view(plan_with(metric))
    less = view(plan_with(replace(metric, direction=Direction.DECREASE)))

    assert more.mean == pytest.approx(-less.mean)
    assert more.probability_of_harm == pytest.approx(1 - less.probability_of_harm)
    assert ("logarithm" in more.scale) == (quantity == "risk_ratio")


def test_only_a_plan_that_asks_has_it_and_nobody_before_the_end() -> None:
    silent = plan_of(RETENTION, looks=Looks(planned_end=PAST))

    assert evaluate(silent, statistics_of(), as_of=AS_OF).bayesian == ()
    assert evaluate(plan_with(RETENTION, AHEAD), statistics_of(), as_of=AS_OF).bayesian == ()


def test_it_changes_neither_a_row_nor_the_verdict() -> None:
    plan = plan_with(RETENTION)
    statistics = statistics_of()
    with_view = evaluate(plan, statistics, as_of=AS_OF)

    without = evaluate(replace(plan, bayesian=None), statistics, as_of=AS_OF)

    assert with_view.estimates == without.estimates
    assert with_view.decision == without.decision


def report(experiment: str, analysis: Analysis) -> dict[str, Any]:
    made = document(
        plan_with(RETENTION),
        statistics_of(),
        analysis,
        as_of=AS_OF,
        plan_sha256="a",
        data_sha256="b",
        version="1",
    )
    return {**made, "experiment": experiment}


def test_reports_of_other_experiments_are_read_once_each() -> None:
    plan = plan_with(RETENTION)
    final = evaluate(plan, statistics_of(), as_of=AS_OF)
    interim = evaluate(plan_with(RETENTION, AHEAD), statistics_of(), as_of=AS_OF)
    broken = replace(final, decision=replace(final.decision, verdict=Verdict.NOT_IDENTIFIED))
    documents = [
        report("one", final),
        report("one", final),
        report("two", interim),
        report("three", broken),
        report(plan.key, final),
    ]

    (found,) = past_effects(plan, documents)

    ratio = only(final.estimates, "retention", "hazard_ratio", method="cox")
    assert ratio.value is not None
    assert found == PastEffect(
        experiment="one", effect=-np.log(ratio.value), std_error=ratio.std_error or 0.0
    )


def test_what_the_prior_was_learnt_from_is_kept_with_the_run() -> None:
    assert load(dump(statistics_of(past=EARLIER))).past == EARLIER
    assert load(dump(statistics_of())).past == ()


def test_a_primary_without_an_effect_has_no_view() -> None:
    empty = replace(statistics_of(), survival={})

    assert evaluate(plan_with(RETENTION), empty, as_of=AS_OF).bayesian == ()
