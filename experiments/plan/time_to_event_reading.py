"""What only a time to event can be asked for, read from a metric of a plan."""

from experiments.plan.document import Source, TimeUnit
from experiments.plan.fields import Section
from experiments.plan.lengths import days, horizon
from experiments.plan.numbers import number
from experiments.plan.time_to_event import (
    NOTHING,
    AtRisk,
    Extrapolation,
    ExtrapolationModel,
    FlemingHarrington,
    RiskColumn,
    TimeToEvent,
)

FIELDS = ("robust", "log_rank_weights", "causes", "at_risk", "extrapolation")
REASON = "reason"  # the column of churn that says why
FEWEST_MODELS = 3
MOST = 5  # a steeper weight looks at a handful of events
ONLY = "only a time_to_event takes it"


def read_time_to_event(section: Section, source: Source, time_unit: TimeUnit) -> TimeToEvent | None:
    """Return what is asked for of a time to event, None where nothing is."""
    asked = TimeToEvent(
        robust=_asked(section, "robust"),
        log_rank_weights=_log_rank_weights(section),
        causes=tuple(item.text for item in section.names("causes")),
        at_risk=_at_risk(section, time_unit),
        extrapolation=_extrapolation(section, time_unit),
    )
    if asked.causes and REASON in dict(source.where):
        section.refuse("causes", "the source keeps one reason already: name causes or narrow it")
    return None if asked == NOTHING else asked


def refuse_time_to_event(section: Section) -> None:
    """Refuse the fields of a time to event in a metric of another kind."""
    for name in FIELDS:
        if section.given(name) is not None:
            section.refuse(name, ONLY)


def _asked(section: Section, name: str) -> bool | None:
    """Return True where a plan says so; no is the same as silence."""
    value = section.scalar(name)
    if value is None or value.text == "false":
        return None
    if value.text != "true":
        section.refuse(name, "must be true or false")
    return True


def _at_risk(section: Section, time_unit: TimeUnit) -> AtRisk | None:
    inner = section.section("at_risk")
    if inner is None:
        return None
    known = set(RiskColumn)
    for item in inner.names("from"):
        if item.text not in known:
            inner.refuse("from", "must be of " + ", ".join(RiskColumn), item)
    columns = tuple(RiskColumn(item.text) for item in inner.names("from") if item.text in known)
    if inner.given("from") is None:
        inner.refuse("from", "is required: which date of the customers file?")
    at_risk = AtRisk(columns=columns, days=days(inner, "for", time_unit))
    inner.refuse_unknown()
    return at_risk


def _extrapolation(section: Section, time_unit: TimeUnit) -> Extrapolation | None:
    inner = section.section("extrapolation")
    if inner is None:
        return None
    if inner.given("to") is None:
        inner.refuse("to", "is required: how far do the models look?")
    to = horizon(inner, time_unit, "to")
    named = [item.text for item in inner.names("models")]
    for name in named:
        if name not in set(ExtrapolationModel):
            inner.refuse("models", "must be of " + ", ".join(ExtrapolationModel), name)
    models = tuple(model for model in ExtrapolationModel if not named or model in named)
    if len(models) < FEWEST_MODELS:
        inner.refuse("models", f"must be {FEWEST_MODELS} at least: one alone looks like an answer")
    inner.refuse_unknown()
    return Extrapolation(to=to or 1, models=models)


def _log_rank_weights(section: Section) -> FlemingHarrington | None:
    inner = section.section("log_rank_weights")
    if inner is None:
        return None
    weights = FlemingHarrington(rho=_power(inner, "rho"), gamma=_power(inner, "gamma"))
    if weights.rho == weights.gamma == 0:
        inner.refuse("rho", "or gamma must be above 0: without weights it is the log-rank test")
    inner.refuse_unknown()
    return weights


def _power(section: Section, name: str) -> float:
    power = number(section, name) or 0.0
    if not 0 <= power <= MOST:
        section.refuse(name, f"must be 0 to {MOST}")
    return power
