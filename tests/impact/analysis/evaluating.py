"""A plan with a metric of every kind, evaluated."""

from datetime import date

from impact.analysis.estimates import Analysis
from impact.analysis.evaluate import evaluate
from tests.impact.analysis.building import AS_OF, PAST, full_plan, statistics_of


def evaluated(planned_end: date | None = PAST) -> Analysis:
    return evaluate(full_plan(planned_end), statistics_of(), as_of=AS_OF)
