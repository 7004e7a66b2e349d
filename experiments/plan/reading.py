"""A plan read from YAML: a frozen value, or every broken rule at once with its line."""

from datetime import UTC

from experiments.errors import InvalidPlan, Violation
from experiments.plan.bayesian import read_bayesian
from experiments.plan.compliance import read_compliance
from experiments.plan.document import Kind, Metric, Plan, Role, Unit
from experiments.plan.economics_reading import read_economics
from experiments.plan.families import read_families
from experiments.plan.fields import KEY, KEY_RULE, Section
from experiments.plan.instants import instant
from experiments.plan.looks import Looks
from experiments.plan.looks_reading import read_looks
from experiments.plan.metric_rules import check_metric
from experiments.plan.metrics_reading import read_metric, refuse_not_built
from experiments.plan.numbers import number
from experiments.plan.rules import (
    check_compliance,
    check_roles,
    check_saturation,
    check_switchback,
)
from experiments.plan.splits import check_splits
from experiments.plan.switchback import read_switchback
from experiments.plan.time_units import read_time_unit, read_zone
from experiments.plan.weights import read_control, read_version_weights, read_weights
from experiments.plan.yaml_lines import Mapping, read_lines

NOT_BUILT = ("cluster", "clusters", "multiplicity", "sequential", "winsorising")


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
    zone = read_zone(section)
    time_unit = read_time_unit(section)
    unit = section.choice("unit", Unit)
    weights = read_weights(section)
    economics = read_economics(section, time_unit)
    metrics = []
    for item in section.sections("metrics", required=True):
        metric = read_metric(item, time_unit, economics.currency if economics else "")
        check_metric(item, metric, unit)
        metrics.append(metric)
    check_roles(section, metrics)
    check_splits(section, "segments", section.names("segments"))
    as_of = instant(section, "as_of", zone)
    plan = Plan(
        key=section.key("key"),
        title=section.text("title"),
        unit=unit,
        control=read_control(section, weights),
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


def _confidence_level(section: Section) -> float:
    level = number(section, "confidence_level")
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
