"""Whom the rows of a survey's answers speak of: those who answered."""

from dataclasses import replace

from experiments.plan.document import Metric, Table
from impact.analysis.estimates import Estimate
from impact.analysis.survey_names import RESPONDENTS, RESPONSE, WEIGHTED

ASSIGNED = "intention_to_treat"


def of_respondents(metric: Metric, estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows as what they are: of those who answered, where a survey is the source.

    >>> from experiments.plan.document import Kind, Role, Source
    >>> metric = Metric(key="csat", role=Role.PRIMARY, kind=Kind.MEAN,
    ...     source=Source(table=Table.SURVEYS, column="csat"))
    >>> mean = Estimate(metric="csat", kind="mean", method="student", quantity="mean")
    >>> rate = replace(mean, method="response_rate", quantity="proportion")
    >>> [found.population for found in of_respondents(metric, (mean, rate))]
    ['survey_respondents', 'intention_to_treat']
    """
    if metric.source.table is not Table.SURVEYS:
        return estimates
    return tuple(
        estimate if _is_of_all(estimate) else replace(estimate, population=RESPONDENTS)
        for estimate in estimates
    )


def _is_of_all(estimate: Estimate) -> bool:
    """Whether a row speaks of more than the answers: of all units, or of another population."""
    return estimate.population != ASSIGNED or estimate.method in {RESPONSE, WEIGHTED}
