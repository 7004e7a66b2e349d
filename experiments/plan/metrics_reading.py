"""The metrics of a plan, read: each with its source, its time and its covariates."""

from experiments.plan.adjustment_reading import read_cuped, read_lin
from experiments.plan.covariates_reading import read_covariates
from experiments.plan.document import (
    Direction,
    Kind,
    Maturity,
    Metric,
    Role,
    Source,
    Table,
    TimeUnit,
)
from experiments.plan.fields import Section
from experiments.plan.lengths import days, horizon
from experiments.plan.numbers import number
from experiments.plan.quantiles import read_quantile
from experiments.plan.sources import PLACEHOLDER, SECONDS, read_source
from experiments.plan.time_to_event import TimeToEvent
from experiments.plan.time_to_event_reading import read_time_to_event, refuse_time_to_event
from experiments.plan.winsorising import read_winsorising
from experiments.plan.yaml_lines import Mapping

NOT_BUILT = ("alternative",)
ABSENT = "this release has no such method"
HARMFUL = frozenset({"abandoned", "transferred"})


def read_metric(section: Section, time_unit: TimeUnit, currency: str) -> Metric:
    """Return one metric; what is wrong with it is noted in the section."""
    refuse_not_built(section, NOT_BUILT)
    kind = section.choice("kind", Kind)
    source, denominator = _sources(section, kind)
    metric = Metric(
        key=section.key("key"),
        title=section.text("title"),
        role=section.choice("role", Role),
        kind=kind,
        source=source,
        denominator=denominator,
        window=days(section, "window", time_unit),
        horizon=horizon(section, time_unit),
        covariates=tuple(read_covariates(section)),
        strata=tuple(item.text for item in section.names("strata")),
        cluster=section.text("cluster"),
        crossed_with=section.text("crossed_with"),
        adjustment=read_cuped(section, time_unit),
        lin=read_lin(section, time_unit),
        winsorising=read_winsorising(section),
        quantile=read_quantile(section, kind),
        maturity=section.choice("maturity", Maturity, default=Maturity.COMPLETE),
        direction=section.choice("direction", Direction, default=_good_direction(kind, source)),
        margin=_margin(section, kind),
        unit=section.text("unit") or _unit(kind, source, time_unit, currency),
        time_to_event=_time_to_event(section, kind, source, time_unit),
    )
    section.refuse_unknown()
    return metric


def _time_to_event(
    section: Section, kind: Kind, source: Source, time_unit: TimeUnit
) -> TimeToEvent | None:
    if kind is Kind.TIME_TO_EVENT:
        return read_time_to_event(section, source, time_unit)
    refuse_time_to_event(section)
    return None


def refuse_not_built(section: Section, names: tuple[str, ...]) -> None:
    """Refuse by name what a plan may say one day, but no release computes yet."""
    for name in names:
        if name in section.mapping.entries and section.given(name) is not None:
            section.refuse(name, ABSENT)


def _sources(section: Section, kind: Kind) -> tuple[Source, Source | None]:
    """A ratio names both parts, either side by side or inside of its source."""
    parts = section.given("source")
    if isinstance(parts, Mapping) and {"numerator", "denominator"} & set(parts.entries):
        inner = section.section("source")
        if inner is None or kind is not Kind.RATIO:
            section.refuse("source", f"a {kind} has no numerator and denominator")
            return PLACEHOLDER, None
        both = read_source(inner, "numerator", kind), read_source(inner, "denominator", kind)
        inner.refuse_unknown()
        return both
    if kind is Kind.RATIO:
        return read_source(section, "source", kind), read_source(section, "denominator", kind)
    if section.given("denominator") is not None:
        section.refuse("denominator", "only a ratio has a denominator")
    return read_source(section, "source", kind), None


def _good_direction(kind: Kind, source: Source) -> Direction:
    """Time until churn is good; churning, giving up and being passed on are not."""
    churning = kind is Kind.PROPORTION and source.table is Table.CHURN
    return Direction.DECREASE if churning or source.column in HARMFUL else Direction.INCREASE


def _margin(section: Section, kind: Kind) -> float | None:
    margin = number(section, "margin")
    if margin is None:
        return None
    if kind is Kind.TIME_TO_EVENT and margin <= 1:
        section.refuse("margin", "must be a hazard ratio greater than 1")
    elif margin <= 0:
        section.refuse("margin", "must be greater than 0")
    return margin


def _unit(kind: Kind, source: Source, time_unit: TimeUnit, currency: str) -> str:
    if kind is Kind.TIME_TO_EVENT:
        return time_unit.name
    if kind is Kind.PROPORTION:
        return "1"
    if source.column in SECONDS:
        return "second"
    return currency if source.table is Table.REVENUE and source.column else "1"
