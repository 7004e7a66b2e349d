"""Surveys: the check of response on both sides of its threshold, and rows of whom they speak."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Kind, Metric, Plan, Role, Source, Table
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.survey_response import survey_response
from impact.analysis.estimates import CheckStatus, Estimate, Verdict
from impact.analysis.evaluate import evaluate
from impact.analysis.headlines import effect_row
from impact.analysis.respondents import of_respondents
from impact.analysis.sufficient import ArmAnswers, ArmProportion, CheckCounts
from impact.analysis.surveys import estimate_surveys
from tests.impact.analysis.building import AS_OF, SPEND, only, plan_of, statistics_of

HAPPY = Metric(
    key="happy",
    role=Role.PRIMARY,
    kind=Kind.MEAN,
    source=Source(table=Table.SURVEYS, column="csat"),
    window=30,
)
PLAN = plan_of(HAPPY)


def answers(variant: str, answered: int, asked: int = 1000) -> ArmAnswers:
    """Return an arm of twice the asked units, of whose answers half are a 2 and half a 4."""
    half = answered // 2
    return ArmAnswers(
        variant=variant,
        asked=asked,
        values=np.array([2.0, 4.0]),
        counts=np.array([half, answered - half]),
        cells=("",),
        units=np.array([2 * asked]),
        answered=np.array([answered]),
        means=np.array([3.0]),
        squares=np.array([float(answered)]),
    )


def context(*arms: ArmAnswers, plan: Plan = PLAN) -> CheckContext:
    return CheckContext(
        plan=plan,
        counts=CheckCounts(assigned=()),
        arms=(),
        as_of=AS_OF,
        final=True,
        answers={"happy": arms} if arms else {},
    )


@pytest.mark.parametrize(("answered", "status"), [(457, CheckStatus.PASS), (458, CheckStatus.WARN)])
def test_response_warns_from_one_in_a_hundred_on(answered: int, status: CheckStatus) -> None:
    found = survey_response(context(answers("control", 400), answers("patient", answered)))

    assert found is not None
    assert found.status is status
    assert found.p_value == pytest.approx(0.01, rel=0.15)
    assert found.message.startswith("Happy: 40.0% of 1,000 in control, 45.")


@pytest.mark.parametrize("arms", [(), (answers("control", 0), answers("patient", 0))])
def test_without_answers_there_is_nothing_to_check(arms: tuple[ArmAnswers, ...]) -> None:
    assert survey_response(context(*arms)) is None


def test_an_arm_in_which_nobody_answered_has_reasons() -> None:
    rows = estimate_surveys(
        PLAN, HAPPY, (answers("control", 400), answers("patient", 0)), look=None
    )

    bound = only(rows, "happy", "mean_difference", method="lee_lower")
    assert bound.note == "fewer than two answers in one of the arms"
    assert only(rows, "happy", "proportion", method="response_rate").value == 0.0


def test_only_rows_of_answers_are_of_those_who_answered() -> None:
    plain = Estimate(metric="happy", kind="mean", method="welch", quantity="mean_difference")
    rate = replace(plain, method="response_rate", quantity="proportion")
    complied = replace(plain, population="complier")

    populations = [row.population for row in of_respondents(HAPPY, (plain, rate, complied))]

    assert populations == ["survey_respondents", "intention_to_treat", "complier"]
    assert of_respondents(SPEND, (plain,)) == (plain,)


def test_how_many_answered_never_speaks_for_what_they_answered() -> None:
    share = replace(HAPPY, kind=Kind.PROPORTION)
    plan = plan_of(share)
    arms = (answers("control", 400), answers("patient", 0))
    counts = (
        ArmProportion(variant="control", n=400, successes=300),
        ArmProportion(variant="patient", n=0, successes=0),
    )
    statistics = statistics_of(proportions={"happy": counts}, answers={"happy": arms})

    analysis = evaluate(plan, statistics, as_of=AS_OF)

    effect = effect_row(share, "patient", analysis.estimates)
    assert effect is not None
    assert (effect.method, effect.value) == ("newcombe", None)
    assert analysis.decision.verdict is Verdict.NOT_IDENTIFIED
