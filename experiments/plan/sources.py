"""The grammar of a source: which rows of which table become one number per unit.

Short: `churn`, `contacts`, `contacts.handle_seconds`, `revenue.amount`, `surveys.csat`,
`observations.qa_score`. Long: a mapping of table, column, aggregate and where.
"""

from collections.abc import Mapping
from types import MappingProxyType

from experiments.plan.document import Aggregate, Kind, Source, Table
from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Scalar

SECONDS = ("wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds", "handle_seconds")
FLAGS = ("handled", "abandoned", "transferred", "resolved")
SCORES = ("csat", "nps", "ces")
COUNTED = ("csat_top_box", "csat_top_two_box", "net_promoter", "ces_easy")  # from the scores
COLUMNS: Mapping[Table, tuple[str, ...]] = MappingProxyType(
    {
        Table.CONTACTS: ("", *SECONDS, *FLAGS),
        Table.CHURN: ("",),
        Table.REVENUE: ("", "amount"),
        Table.SURVEYS: ("", *SCORES, *COUNTED),
    }
)
ALLOWED: Mapping[Kind, tuple[Aggregate, ...]] = MappingProxyType(
    {
        Kind.TIME_TO_EVENT: (Aggregate.ANY,),
        Kind.PROPORTION: (Aggregate.ANY,),
        Kind.MEAN: (Aggregate.SUM, Aggregate.COUNT, Aggregate.MEAN),
        Kind.RATIO: (Aggregate.SUM, Aggregate.COUNT),
        Kind.QUANTILE: (Aggregate.EACH, Aggregate.SUM, Aggregate.COUNT, Aggregate.MEAN),
    }
)
PLACEHOLDER = Source(table=Table.CONTACTS, aggregate=Aggregate.COUNT)


def read_source(section: Section, name: str, kind: Kind) -> Source:
    """Return the source under a name of a metric, with the aggregate that its kind asks for."""
    value = section.given(name)
    if value is None:
        section.refuse(name, "is required")
        return PLACEHOLDER
    if isinstance(value, Scalar):
        return _short(section, name, value, kind)
    inner = section.section(name)
    return _long(inner, kind) if inner else PLACEHOLDER


def default_aggregate(table: Table, column: str, kind: Kind) -> Aggregate:
    """Return how rows become one number where the plan does not say.

    >>> default_aggregate(Table.REVENUE, "amount", Kind.MEAN).value
    'sum'
    >>> default_aggregate(Table.SURVEYS, "csat", Kind.MEAN).value
    'mean'
    >>> default_aggregate(Table.CONTACTS, "", Kind.RATIO).value
    'count'
    """
    if kind in {Kind.TIME_TO_EVENT, Kind.PROPORTION}:
        return Aggregate.ANY
    if not column:
        return Aggregate.COUNT
    if kind is Kind.QUANTILE:
        return Aggregate.EACH
    if kind is Kind.MEAN and table in {Table.SURVEYS, Table.OBSERVATIONS}:
        return Aggregate.MEAN
    return Aggregate.SUM


def _short(section: Section, name: str, value: Scalar, kind: Kind) -> Source:
    table_name, _, column = section.text_of(name, value).partition(".")
    if table_name not in set(Table):
        section.refuse(name, "must start with one of " + ", ".join(Table), value)
        return PLACEHOLDER
    table = Table(table_name)
    _check_column(section, name, table, column)
    return Source(
        table=table, column=column, aggregate=_checked_kind(section, name, table, column, kind)
    )


def _long(section: Section, kind: Kind) -> Source:
    table = section.choice("table", Table)
    column = section.text("column")
    _check_column(section, "column", table, column)
    aggregate = section.choice(
        "aggregate", Aggregate, default=_checked_kind(section, "table", table, column, kind)
    )
    if aggregate not in ALLOWED[kind]:
        section.refuse("aggregate", f"must be one of {', '.join(ALLOWED[kind])} for a {kind}")
    if aggregate in {Aggregate.SUM, Aggregate.MEAN, Aggregate.EACH} and not column:
        section.refuse("aggregate", "needs a column")
    where = _where(section)
    section.refuse_unknown()
    return Source(table=table, column=column, aggregate=aggregate, where=where)


def _where(section: Section) -> tuple[tuple[str, str], ...]:
    inner = section.section("where")
    if inner is None:
        return ()
    pairs = tuple((name, inner.text(name, required=True)) for name in inner.mapping.entries)
    return tuple(sorted(pairs))


def _check_column(section: Section, name: str, table: Table, column: str) -> None:
    if table is Table.OBSERVATIONS:
        if not column:
            section.refuse(name, "must name the observed metric: observations.<metric>")
    elif column not in COLUMNS[table]:
        choices = ", ".join(filter(None, COLUMNS[table])) or "no columns to name"
        section.refuse(name, f"{table} has {choices}")


def _checked_kind(section: Section, name: str, table: Table, column: str, kind: Kind) -> Aggregate:
    if kind is Kind.TIME_TO_EVENT and table is not Table.CHURN:
        section.refuse(name, "must be churn: this release has no other time to an event")
    if table is Table.CHURN and kind in {Kind.MEAN, Kind.RATIO, Kind.QUANTILE}:
        section.refuse(name, "churn is a time_to_event or a proportion")
    return default_aggregate(table, column, kind)
