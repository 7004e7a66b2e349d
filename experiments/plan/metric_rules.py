"""What must hold between the fields of one metric, and what its unit can bear."""

from experiments.plan.document import PER_CONTACT, Aggregate, Kind, Metric, Source, Table, Unit
from experiments.plan.fields import Section
from experiments.plan.lifetimes import check_lifetime
from experiments.plan.splits import AFTER_ASSIGNMENT, SPLIT_RULE, check_splits

CUSTOMER_TABLES = frozenset({Table.CHURN, Table.REVENUE})
CLUSTERED = frozenset(
    {Kind.TIME_TO_EVENT, Kind.MEAN, Kind.PROPORTION, Kind.RATIO}
)  # the kinds with a method that reads `cluster`
CUSTOMER_UNITS = frozenset({Unit.CUSTOMER, *PER_CONTACT})


def check_metric(section: Section, metric: Metric, unit: Unit) -> None:
    """Refuse what does not go together in one metric."""
    _check_time(section, metric)
    _check_model(section, metric)
    for name, source in (("source", metric.source), ("denominator", metric.denominator)):
        if source is not None:
            _check_source(section, name, source, metric, unit)


def _check_time(section: Section, metric: Metric) -> None:
    if metric.kind is Kind.TIME_TO_EVENT:
        if section.given("window") is not None:
            section.refuse("window", "a time_to_event has a horizon and no window")
        return
    if section.given("horizon") is not None:
        check_lifetime(section, metric)
        return
    observed = metric.source.table is Table.OBSERVATIONS
    if section.given("window") is None and not observed:
        section.refuse("window", "is required: over which time after the start is it measured?")


def _check_model(section: Section, metric: Metric) -> None:
    check_splits(section, "strata", section.names("strata"))
    for covariate in metric.covariates:
        if covariate.name in AFTER_ASSIGNMENT:
            section.refuse("covariates", SPLIT_RULE, covariate.name)
    for name in ("covariates", "strata"):
        if metric.kind is not Kind.TIME_TO_EVENT and section.given(name) is not None:
            section.refuse(name, "only a time_to_event takes them in this release")
    both = set(metric.strata) & {covariate.name for covariate in metric.covariates}
    for name in sorted(both):
        section.refuse("strata", "must not be a covariate as well", name)
    _check_cluster(section, metric)
    _check_crossed(section, metric)
    _check_adjustment(section, metric)
    _check_lin(section, metric)
    _check_winsorising(section, metric)


def _check_cluster(section: Section, metric: Metric) -> None:
    if not metric.cluster:
        return
    if metric.kind not in CLUSTERED or metric.is_lifetime:
        kinds = " or a ".join(sorted(CLUSTERED))
        section.refuse("cluster", f"only a {kinds} in a window takes a cluster in this release")
    if metric.cluster in AFTER_ASSIGNMENT:
        section.refuse("cluster", SPLIT_RULE)


def _check_crossed(section: Section, metric: Metric) -> None:
    if not metric.crossed_with:
        return
    sources = [metric.source, metric.denominator]
    of_contacts = all(source is not None and source.table is Table.CONTACTS for source in sources)
    if metric.kind is not Kind.RATIO or not of_contacts:
        section.refuse("crossed_with", "only a ratio over contacts is crossed by who handled them")
    if metric.cluster:
        section.refuse("crossed_with", "a metric has a cluster or is crossed, not both")


def _check_adjustment(section: Section, metric: Metric) -> None:
    if metric.adjustment is None:
        return
    if metric.kind is not Kind.MEAN:
        section.refuse("adjustment", "only a mean is adjusted in this release")
    if metric.adjustment.covariate in AFTER_ASSIGNMENT:
        section.refuse("adjustment", SPLIT_RULE, metric.adjustment.covariate)


def _check_lin(section: Section, metric: Metric) -> None:
    if metric.lin is None:
        return
    if metric.kind is not Kind.MEAN:
        section.refuse("adjustment", "only a mean is adjusted in this release")
    if metric.cluster:
        section.refuse("adjustment", "between clusters a mean is adjusted by cuped")
    for covariate in metric.lin.covariates:
        if covariate.name in AFTER_ASSIGNMENT:
            section.refuse("adjustment", SPLIT_RULE, covariate.name)


def _check_winsorising(section: Section, metric: Metric) -> None:
    """A cap changes what is estimated: it says so for one plain mean at a time."""
    if metric.winsorising is None:
        return
    if metric.kind is not Kind.MEAN or metric.is_lifetime:
        section.refuse("winsorising", "only a mean in a window is winsorised")
    elif metric.adjustment is not None or metric.lin is not None:
        section.refuse("winsorising", "a mean is adjusted or winsorised, not both")
    if metric.cluster:
        section.refuse("winsorising", "a mean has a cluster or is winsorised, not both")


def _check_source(section: Section, name: str, source: Source, metric: Metric, unit: Unit) -> None:
    if source.table in CUSTOMER_TABLES and unit not in CUSTOMER_UNITS:
        section.refuse(name, f"{source.table} belongs to a customer, and the unit is {unit}")
    summed = source.aggregate in {Aggregate.SUM, Aggregate.MEAN}
    if summed and not source.column and metric.kind is Kind.RATIO:
        section.refuse(name, "needs a column to sum")
