"""Do the arms answer surveys alike? Where they do not, the answers come from different people."""

from collections.abc import Iterator

from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import ArmAnswers
from impact.analysis.survey_names import RESPONSE
from impact.stats.estimable import NotEstimable
from impact.stats.surveys.response import ResponseTest, same_response, same_response_always

NAME = "survey_response"
ALARM = 0.01


def survey_response(context: CheckContext) -> Check | None:
    """Warn when the share of the asked who answered differs between arms; None without a survey.

    Of several surveys the one that differs most speaks. Response is an outcome of the policy, so
    that no difference is proof of alike people and a difference is no failure: the bounds say what
    it may hide. Before the planned end the test is one that holds however often one looks.

    >>> from datetime import UTC, datetime
    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: csat, role: primary, kind: mean, source: surveys.csat, window: 30}]}''')
    >>> arms = tuple(ArmAnswers(variant=arm, asked=1000, values=np.array([4.0]), cells=("all",),
    ...     counts=np.array([n]), units=np.array([1000]), answered=np.array([n]),
    ...     means=np.array([4.0]), squares=np.zeros(1)) for arm, n in (("a", 300), ("b", 400)))
    >>> context = CheckContext(plan=plan, counts=CheckCounts(assigned=()), arms=(), final=True,
    ...     answers={"csat": arms}, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = survey_response(context)
    >>> print(check.status.value, check.message)  # doctest: +NORMALIZE_WHITESPACE
    warn Csat: 30.0% of 1,000 in a, 40.0% of 1,000 in b of those asked answered. The arms'
    answers come from different people: read the bounds beside them.
    """
    found = list(_tests(context))
    if not found:
        return None
    metric, arms, test = min(found, key=lambda item: item[2].p_value)
    differs = test.p_value < ALARM
    return Check(
        name=NAME,
        status=CheckStatus.WARN if differs else CheckStatus.PASS,
        message=f"{metric}: {_rates(arms)} of those asked answered. {_meaning(differs=differs)}",
        statistic=test.statistic,
        df=test.df,
        p_value=test.p_value,
    )


def _tests(context: CheckContext) -> Iterator[tuple[str, tuple[ArmAnswers, ...], ResponseTest]]:
    for key, arms in context.answers.items():
        if context.plan.metric(key).cluster:
            yield from _between_clusters(context, key, arms)
            continue
        asked, answered = [_asked(arm) for arm in arms], [_answered(arm) for arm in arms]
        test = (same_response if context.final else same_response_always)(asked, answered)
        if not isinstance(test, NotEstimable):
            yield context.plan.metric(key).label, arms, test


def _between_clusters(
    context: CheckContext, key: str, arms: tuple[ArmAnswers, ...]
) -> Iterator[tuple[str, tuple[ArmAnswers, ...], ResponseTest]]:
    """Yield the least of the variants' tests where units are alike, shared among them.

    None before the planned end: there is no test of clusters that holds at every look.
    """
    rows = [
        row
        for row in context.estimates
        if (row.metric, row.method, row.quantity) == (key, RESPONSE, "proportion_difference")
    ]
    tested = [(row.p_value, row) for row in rows if row.p_value is not None]
    if context.final and tested:
        p_value, row = min(tested, key=lambda pair: pair[0])
        shared = min(1.0, p_value * len(rows))
        test = ResponseTest(statistic=row.statistic or 0.0, df=row.df, p_value=shared)
        yield context.plan.metric(key).label, arms, test


def _asked(arm: ArmAnswers) -> int:
    return max(arm.asked, _answered(arm))


def _answered(arm: ArmAnswers) -> int:
    return int(arm.answered.sum())


def _rates(arms: tuple[ArmAnswers, ...]) -> str:
    parts = [
        f"{_answered(arm) / max(_asked(arm), 1):.1%} of {_asked(arm):,} in {arm.variant}"
        for arm in arms
    ]
    return ", ".join(parts)


def _meaning(*, differs: bool) -> str:
    if differs:
        return "The arms' answers come from different people: read the bounds beside them."
    return "That is as alike as chance allows."
