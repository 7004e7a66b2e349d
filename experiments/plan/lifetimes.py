"""What must hold for lifetime revenue: a mean of revenue with a horizon in place of a window."""

from experiments.plan.document import Aggregate, Kind, Metric, Table
from experiments.plan.fields import Section

NOT_TAKEN = "a lifetime uses every customer, for as long as each was observed"


def check_lifetime(section: Section, metric: Metric) -> None:
    """Refuse a horizon of what is no sum of revenue, and what a lifetime does not take."""
    if section.given("window") is not None:
        section.refuse("horizon", "a metric has a window or a horizon, not both")
    elif not _is_revenue(metric):
        rule = "only a time_to_event and a mean of revenue.amount have a horizon"
        section.refuse("horizon", rule)
    elif metric.horizon is not None and metric.horizon != int(metric.horizon):
        section.refuse("horizon", "must be a whole number of days for revenue")
    for name in ("maturity", "adjustment"):
        if section.given(name) is not None:
            section.refuse(name, NOT_TAKEN)


def _is_revenue(metric: Metric) -> bool:
    source = metric.source
    summed = source.aggregate is Aggregate.SUM and bool(source.column)
    return metric.kind is Kind.MEAN and source.table is Table.REVENUE and summed
