"""An arm that nobody left: headline, verdict and guardrail say the same."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Role
from experiments.plan.time_to_event import TimeToEvent
from impact.analysis.answer import answer
from impact.analysis.estimates import Analysis, Verdict
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import SurvivalCounts
from tests.impact.analysis.building import (
    AS_OF,
    RETENTION,
    SPEND,
    arms_of,
    only,
    plan_of,
    statistics_of,
)

PLAN = plan_of(RETENTION)
GAIN = {"spend": arms_of(("y",), {"control": np.arange(400), "patient": np.arange(400) + 99})}


def churned(control: int, patient: int, n: int = 200) -> tuple[SurvivalCounts, ...]:
    """Count `n` customers per arm, some of whom leave one day after the other."""
    days = [*range(1, control + 1), *range(1, patient + 1), 80, 80]
    arms = ["control"] * control + ["patient"] * patient + ["control", "patient"]
    events = [1] * (control + patient) + [0, 0]
    counts = [1] * (control + patient) + [n - control, n - patient]
    return (
        SurvivalCounts(
            variant=np.array(arms),
            time=np.array(days),
            event=np.array(events),
            n=np.array(counts),
        ),
    )


def analysed(control: int, patient: int) -> Analysis:
    statistics = statistics_of(survival={"retention": churned(control, patient)})
    return evaluate(PLAN, statistics, as_of=AS_OF)


@pytest.mark.parametrize(
    ("control", "patient", "verdict"),
    [
        (50, 0, Verdict.SHIP),
        (6, 0, Verdict.SHIP),
        (5, 0, Verdict.DO_NOT_SHIP),  # 2 * (1 / 2)^5 is 6 %: too few to tell
        (0, 50, Verdict.DO_NOT_SHIP),
        (0, 0, Verdict.NOT_IDENTIFIED),
    ],
)
def test_an_arm_that_nobody_leaves_is_decided_by_the_exact_limit(
    control: int, patient: int, verdict: Verdict
) -> None:
    assert analysed(control, patient).decision.verdict is verdict


def test_headline_and_verdict_agree() -> None:
    better, worse = analysed(50, 0), analysed(0, 50)

    assert "percentage points higher" in answer(PLAN, better)
    assert "hazard ratio is at most 0.0" in answer(PLAN, better)
    assert better.decision.reasons[0].endswith("This is better than no effect.")
    assert "percentage points lower" in answer(PLAN, worse)
    assert "hazard ratio is at least 1" in answer(PLAN, worse)
    assert worse.decision.reasons[0].endswith("This is worse than no effect.")


@pytest.mark.parametrize(
    ("control", "patient", "verdict"),
    [(50, 0, Verdict.SHIP), (2, 0, Verdict.DO_NOT_SHIP), (0, 50, Verdict.DO_NOT_SHIP)],
)
def test_a_guardrail_that_nobody_leaves_is_held_where_the_limit_says_so(
    control: int, patient: int, verdict: Verdict
) -> None:
    guard = replace(RETENTION, role=Role.GUARDRAIL, margin=1.2)
    plan = plan_of(replace(SPEND, role=Role.PRIMARY, adjustment=None), guard)
    statistics = statistics_of(survival={"retention": churned(control, patient)}, moments=GAIN)

    found = evaluate(plan, statistics, as_of=AS_OF)

    row = only(found.estimates, "retention", "hazard_ratio", method="non_inferiority")
    assert found.decision.verdict is verdict
    assert (row.value, row.ci_low, row.p_value, row.ci_set) == (None, None, None, "")
    assert (row.ci_high is not None) == (patient == 0)
    assert row.confidence_level == (0.975 if patient == 0 else None)


def test_a_plan_with_robust_errors_or_strata_reads_the_same_limit() -> None:
    (counts,) = churned(50, 0)
    half = replace(counts, strata={"queue": np.where(np.arange(counts.n.size) % 2, "a", "b")})
    robust = TimeToEvent(robust=True)
    plan = plan_of(replace(RETENTION, strata=("queue",), time_to_event=robust))

    found = evaluate(plan, statistics_of(survival={"retention": (half,)}), as_of=AS_OF)

    row = only(found.estimates, "retention", "hazard_ratio", method="cox")
    assert row.note == "patient: no events; the limit is exact"
    assert row.ci_high is not None
    assert found.decision.verdict is Verdict.SHIP


def test_a_headline_claims_nothing_that_the_exact_limit_leaves_open() -> None:
    """0 of 200 against 5: the error of the difference rests on five churns, and excludes 0."""
    few = analysed(5, 0)

    row = only(few.estimates, "retention", "survival_probability_difference")
    assert row.ci_low is not None
    assert row.ci_low > 0
    assert answer(PLAN, few).startswith("No effect is shown: after 60 days the difference")


def test_an_exact_limit_is_not_given_where_units_are_alike() -> None:
    (counts,) = churned(50, 0)
    clustered = replace(counts, clusters={"team": np.arange(counts.n.size) % 26})
    plan = plan_of(replace(RETENTION, cluster="team"))

    found = evaluate(plan, statistics_of(survival={"retention": (clustered,)}), as_of=AS_OF)

    rows = [row for row in found.estimates if row.quantity == "hazard_ratio"]
    assert rows
    assert not any(row.ci_set or row.ci_high is not None for row in rows)
