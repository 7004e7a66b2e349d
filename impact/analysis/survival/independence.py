"""Comparisons that take customers for independent, kept from speaking where a plan says otherwise.

Customers of one team churn alike. An error that does not know it is too small, and its test finds
an effect in one sound experiment of four: it is not shown beside the one that knows.
"""

from collections.abc import Iterable, Iterator

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.analysis.withheld import value_alone

INDEPENDENT = frozenset(
    {
        "kaplan_meier",
        "aalen_johansen",
        "log_rank",
        "stratified_log_rank",
        "fleming_harrington",
        "gray",
        "stratified_gray",
        "cox",
        "cox_adjusted",
    }
)
ASSUMPTION = "proportional_hazards"  # a test of the model, not of the arms


def without_independence(metric: Metric, rows: Iterable[Estimate]) -> Iterator[Estimate]:
    """Yield the rows; where the metric names clusters, such comparisons keep their value alone.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT, cluster="team",
    ...     source=Source(table=Table.CHURN))
    >>> row = Estimate(metric="kept", kind="time_to_event", method="cox", variant="b", baseline="a",
    ...     quantity="hazard_ratio", value=0.8, std_error=0.1)
    >>> (found,) = without_independence(metric, [row])
    >>> found.value, found.std_error, found.note
    (0.8, None, 'no error for independent customers: those of one team are alike')
    """
    for row in rows:
        compares = bool(row.baseline) or row.statistic is not None
        if metric.cluster and compares and row.method in INDEPENDENT and row.quantity != ASSUMPTION:
            reason = f"no error for independent customers: those of one {metric.cluster} are alike"
            yield value_alone(row, reason)
        else:
            yield row
