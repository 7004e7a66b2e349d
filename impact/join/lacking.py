"""Why a metric cannot be given from the inputs that there are."""

from experiments.plan.document import Metric
from impact.join.at_risk import lacking_dates
from impact.join.inputs import Inputs


def lacking(inputs: Inputs, metric: Metric) -> str:
    """Return why a metric cannot be given from these inputs; "" where it can.

    >>> import ibis
    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="paid", role=Role.PRIMARY, kind=Kind.MEAN, horizon=90.0,
    ...     source=Source(table=Table.REVENUE, column="amount"))
    >>> lacking(Inputs(assignments=ibis.table({"unit_id": "string"})), metric)
    'no revenue and no churn data were given'
    """
    sources = [metric.source, *([metric.denominator] if metric.denominator else [])]
    tables = dict.fromkeys(source.table.value for source in sources)
    if metric.is_lifetime:
        tables["churn"] = None  # nobody pays after leaving: who left must be known
    absent = [name for name in tables if getattr(inputs, name) is None]
    if absent:
        return f"no {' and no '.join(absent)} data were given"
    return lacking_dates(inputs, metric)
