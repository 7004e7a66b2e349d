"""A plan read from YAML: a frozen value, or every broken rule at once with its line."""

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

from experiments.errors import InvalidPlan, Violation
from experiments.plan.bayesian import read_bayesian
from experiments.plan.compliance import read_compliance
from experiments.plan.document import Kind, Metric, Plan, Role, TimeUnit, Unit
from experiments.plan.economics_reading import read_economics
from experiments.plan.families import read_families
from experiments.plan.fields import KEY, KEY_RULE, Section
from experiments.plan.lengths import whole_or_float
from experiments.plan.looks import Looks
from experiments.plan.looks_reading import read_looks
from experiments.plan.metrics_reading import read_metric, refuse_not_built
from experiments.plan.rules import (
    check_compliance,
    check_metric,
    check_saturation,
    check_splits,
    check_switchback,
)
from experiments.plan.switchback import read_switchback
from experiments.plan.weights import read_version_weights, read_weights
from experiments.plan.yaml_lines import Mapping, Scalar, read_lines

LONGEST_UNIT = 366
NOT_BUILT = ("cluster", "clusters", "multiplicity", "sequential", "winsorising")
SHORT_UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


def read_plan(text: str) -> Plan:
    r"""Return the plan that a YAML text describes.

    Lengths (`window`, `horizon`, `pre_window`) are given in the plan's time unit and come out in
    days, windows in whole ones. Raises InvalidPlan with one violation per broken rule: line, key,
    value and rule.

    >>> plan = read_plan('''
    ... key: longer_calls
    ... unit: customer
    ... control: target_300s
    ... weights: {target_300s: 5000, take_time: 5000}
    ... time_unit: week
    ... metrics:
    ...   - {key: retention, role: primary, kind: time_to_event, source: churn, horizon: 26}
    ... ''')
    >>> plan.primary.horizon, plan.variants
    (182, ('target_300s', 'take_time'))
    >>> try:
    ...     read_plan("key: Longer\ncontrol: a\nunit: household\nweights: {a: 1, b: 9999}\n")
    ... except InvalidPlan as refusal:
    ...     for violation in refusal.violations:
    ...         print(violation)
    line 1: key = Longer: must match [a-z][a-z0-9_]{0,63}
    line 1: metrics = nothing: must be a list of at least one
    line 3: unit = household: must be one of customer, contact, agent, team, queue, time_slot
    """
    tree = read_lines(text)
    if not isinstance(tree, Mapping):
        rule = "must be a mapping of fields to values"
        raise InvalidPlan(Violation(field="plan", value=str(tree), rule=rule, line=tree.line))
    section = Section(path="", mapping=tree, violations=[])
    plan = _read(section)
    if section.violations:
        raise InvalidPlan(*_in_order(section.violations))
    return plan


def _read(section: Section) -> Plan:
    refuse_not_built(section, NOT_BUILT)
    zone = _zone(section)
    time_unit = _time_unit(section)
    unit = section.choice("unit", Unit)
    weights = read_weights(section)
    economics = read_economics(section, time_unit)
    metrics = []
    for item in section.sections("metrics", required=True):
        metric = read_metric(item, time_unit, economics.currency if economics else "")
        check_metric(item, metric, unit)
        metrics.append(metric)
    _check_roles(section, [(metric.key, metric.role) for metric in metrics])
    check_splits(section, "segments", section.names("segments"))
    as_of = section.instant("as_of", zone)
    plan = Plan(
        key=section.key("key"),
        title=section.text("title"),
        unit=unit,
        control=_control(section, weights),
        weights=weights,
        metrics=tuple(metrics),
        as_of=as_of.astimezone(UTC) if as_of else None,
        timezone=zone.key,
        time_unit=time_unit,
        confidence_level=_confidence_level(section),
        looks=_looks(section, metrics, has_money=economics is not None),
        segments=tuple(item.text for item in section.names("segments")),
        families=read_families(section, {metric.key for metric in metrics}, _primary(metrics)),
        economics=economics,
        bayesian=read_bayesian(section),
        neighbours=_neighbours(section),
        compliance=read_compliance(section),
        switchback=read_switchback(section),
        saturation=section.text("saturation"),
        shared_queue=_shared_queue(section),
        version_weights=read_version_weights(section, weights),
    )
    check_compliance(section, plan)
    check_switchback(section, plan)
    check_saturation(section, plan)
    section.refuse_unknown()
    return plan


def _looks(section: Section, metrics: list[Metric], *, has_money: bool) -> Looks:
    """The information of a time to an event is events, that of everything else units."""
    timed = {metric.kind is Kind.TIME_TO_EVENT for metric in metrics}
    return read_looks(section, units=False in timed or has_money, events=True in timed)


def _neighbours(section: Section) -> tuple[str, ...]:
    """Return the keys of experiments on the same units at the same time."""
    items = section.names("neighbours")
    for item in items:
        if not KEY.fullmatch(item.text):
            section.refuse("neighbours", f"an experiment's key {KEY_RULE}", item)
    return tuple(item.text for item in items)


def _primary(metrics: list[Metric]) -> str:
    return next((metric.key for metric in metrics if metric.role is Role.PRIMARY), "")


def _in_order(violations: list[Violation]) -> list[Violation]:
    once = dict.fromkeys(violations)
    return sorted(once, key=lambda violation: (violation.line or 0, violation.field))


def _zone(section: Section) -> ZoneInfo:
    name = section.text("timezone") or "UTC"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        section.refuse("timezone", "must be an IANA time zone, as Europe/Berlin")
        return ZoneInfo("UTC")


def _time_unit(section: Section) -> TimeUnit:
    value = section.given("time_unit")
    if value is None:
        return TimeUnit()
    if isinstance(value, Scalar):
        if value.text not in SHORT_UNITS:
            section.refuse("time_unit", "must be one of " + ", ".join(SHORT_UNITS))
        return TimeUnit(name=value.text, days=SHORT_UNITS.get(value.text, 1))
    inner = section.section("time_unit")
    if inner is None:
        return TimeUnit()
    name = inner.text("name", required=True, limit=30)
    unit = TimeUnit(name=name, days=_days_of_unit(inner))
    inner.refuse_unknown()
    return unit


def _days_of_unit(inner: Section) -> float:
    length = inner.decimal("days")
    if inner.given("days") is None:
        inner.refuse("days", "is required")
    elif length is not None and not 1 <= length <= LONGEST_UNIT:
        inner.refuse("days", f"must be a number, 1 to {LONGEST_UNIT}")
        return 1
    return whole_or_float(length or Decimal(1))


def _control(section: Section, weights: tuple[tuple[str, int], ...]) -> str:
    control = section.key("control")
    if control and weights and control not in dict(weights):
        section.refuse("control", "must be one of the weights: " + ", ".join(dict(weights)))
    return control


def _confidence_level(section: Section) -> float:
    level = section.number("confidence_level")
    if level is None:
        return 0.95
    if not 0.5 <= level <= 0.999:  # noqa: PLR2004
        section.refuse("confidence_level", "must be 0.5 to 0.999")
        return 0.95
    return level


def _shared_queue(section: Section) -> bool | None:
    """Return False where a plan says so; yes is the same as silence."""
    value = section.scalar("shared_queue")
    if value is None or value.text == "true":
        return None
    if value.text != "false":
        section.refuse("shared_queue", "must be true or false")
    return False


def _check_roles(section: Section, metrics: list[tuple[str, Role]]) -> None:
    primary = [key for key, role in metrics if role is Role.PRIMARY]
    if metrics and len(primary) != 1:
        shown = ", ".join(primary) or "none"
        section.refuse("metrics", "must have exactly one primary", f"primary: {shown}")
    keys = [key for key, _ in metrics]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        section.refuse("metrics", "must have one metric of each key", key)
