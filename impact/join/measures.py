"""What a plan measures per unit: each number a metric, the money or a check asks for, named.

Metrics declare what they need; the join computes all of it in one pass per table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from experiments.plan.document import Aggregate, Kind, Metric, Plan, Source, Table
from impact.join.exchange import is_convertible
from impact.join.inputs import Inputs

PRE_PERIOD_DAYS = 28
REVENUE = Source(table=Table.REVENUE, column="amount")
HANDLING = Source(table=Table.CONTACTS, column="handle_seconds")
CONTACTS = Source(table=Table.CONTACTS, aggregate=Aggregate.COUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number per unit: a source aggregated over `[start + low, start + high)` days.

    None is no bound: everything that happened since the start (`low` None only with it).
    """

    name: str
    source: Source
    low: int | None = None
    high: int | None = None

    @property
    def empty_is_zero(self) -> bool:
        """Is a unit without rows a unit with 0? Nobody was asked means nothing was answered."""
        if self.source.table is Table.OBSERVATIONS or self.source.aggregate is Aggregate.MEAN:
            return False
        return self.source.table is not Table.SURVEYS or self.source.aggregate is not Aggregate.ANY


def numerator(metric: Metric) -> Measure:
    """Return what a metric measures, a ratio's numerator.

    >>> from experiments.plan.document import Role
    >>> metric = Metric(key="visits", role=Role.PRIMARY, kind=Kind.MEAN, window=30,
    ...     source=Source(table=Table.CONTACTS))
    >>> found = numerator(metric)
    >>> found.name, found.low, found.high
    ('y_visits', 0, 30)
    """
    return _in_window(f"y_{metric.key}", metric.source, metric.window)


def denominator(metric: Metric) -> Measure | None:
    """Return a ratio's denominator.

    >>> from experiments.plan.document import Role
    >>> metric = Metric(key="handle_time", role=Role.PRIMARY, kind=Kind.RATIO, window=30,
    ...     source=HANDLING, denominator=CONTACTS)
    >>> found = denominator(metric)
    >>> found.name, found.source.aggregate.value, found.high
    ('d_handle_time', 'count', 30)
    """
    if metric.denominator is None:
        return None
    return _in_window(f"d_{metric.key}", metric.denominator, metric.window)


def before(metric: Metric) -> Measure | None:
    """Return the same source over the days before the start, where a mean is adjusted by it.

    >>> from dataclasses import replace
    >>> from experiments.plan.document import Cuped, Role
    >>> metric = Metric(key="visits", role=Role.PRIMARY, kind=Kind.MEAN, window=30,
    ...     source=CONTACTS, adjustment=Cuped(pre_window=60))
    >>> found = before(metric)
    >>> found.name, found.low, found.high, before(replace(metric, adjustment=None))
    ('x_visits', -60, 0, None)
    """
    model = metric.adjustment or metric.lin
    if model is None or model.pre_window is None:
        return None
    days = model.pre_window
    return Measure(name=f"x_{metric.key}", source=metric.source, low=-days, high=0)


def asked(metric: Metric) -> Measure | None:
    """Return how many surveys a unit was sent, where a windowed metric is of their answers.

    >>> from experiments.plan.document import Role
    >>> metric = Metric(key="csat", role=Role.PRIMARY, kind=Kind.MEAN, window=30,
    ...     source=Source(table=Table.SURVEYS, column="csat"))
    >>> found = asked(metric)
    >>> found.name, found.source.aggregate.value
    ('asked_csat', 'count')
    """
    of_answers = metric.is_windowed and metric.source.table is Table.SURVEYS
    if not of_answers or metric.kind is Kind.RATIO or metric.window is None:
        return None
    sent = Source(table=Table.SURVEYS, aggregate=Aggregate.COUNT, where=metric.source.where)
    return Measure(name=f"asked_{metric.key}", source=sent, low=0, high=metric.window)


def money_measures(plan: Plan, inputs: Inputs) -> dict[str, Measure]:
    """Return revenue and handling per unit, by their names in the moments, where there are data."""
    if plan.economics is None:
        return {}
    sources = {"revenue": (inputs.revenue, REVENUE), "handle_minutes": (inputs.contacts, HANDLING)}
    return {
        name: Measure(name=f"money_{name}", source=source, low=0, high=plan.economics.window)
        for name, (table, source) in sources.items()
        if table is not None
    }


def pre_period_measures(plan: Plan, inputs: Inputs) -> dict[str, Measure]:
    """Return outcomes before the start, over as many days as the plan measures after it.

    Money that cannot be added up is left out: a check that nobody asked for refuses nothing.
    """
    revenue = inputs.revenue if is_convertible(inputs.revenue, plan) else None
    sources = {"revenue": (revenue, REVENUE), "contacts": (inputs.contacts, CONTACTS)}
    return {
        name: Measure(name=f"pre_{name}", source=source, low=-_length(plan, source.table), high=0)
        for name, (table, source) in sources.items()
        if table is not None
    }


def all_measures(
    plan: Plan, metrics: Iterable[Metric], inputs: Inputs, earlier: Iterable[Measure]
) -> tuple[Measure, ...]:
    """Return every number per unit that these metrics, the money and the checks ask for."""
    windowed = [metric for metric in metrics if metric.is_windowed or _is_of_units(metric)]
    return (
        *(measure for metric in windowed for measure in _of_metric(metric)),
        *money_measures(plan, inputs).values(),
        *earlier,
    )


def _is_of_units(metric: Metric) -> bool:
    """Whether it is a quantile of one number per unit, not of rows."""
    return metric.kind is Kind.QUANTILE and metric.source.aggregate is not Aggregate.EACH


def _of_metric(metric: Metric) -> Iterator[Measure]:
    candidates = (numerator(metric), denominator(metric), before(metric), asked(metric))
    return (measure for measure in candidates if measure is not None)


def _in_window(name: str, source: Source, window: int | None) -> Measure:
    return Measure(name=name, source=source, low=0 if window else None, high=window)


def _length(plan: Plan, table: Table) -> int:
    windows = [metric.window for metric in plan.metrics if metric.source.table is table]
    given = [window for window in windows if window]
    if given:
        return given[0]
    return plan.economics.window if plan.economics else PRE_PERIOD_DAYS
