"""The lock of a plan: read, in agreement with the definition, hashed."""

from collections.abc import Iterator
from datetime import datetime

from experiments.assignment.placing import SATURATION
from experiments.assignment.refusals import violation
from experiments.assignment.saturation import saturation_of
from experiments.assignment.schedule import WINDOW, schedule_of
from experiments.definitions.drafts import Draft
from experiments.errors import InvalidDefinition, Violation
from experiments.plan.canonical import plan_sha256
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan


def lock(draft: Draft) -> str:
    """Return the SHA-256 of a plan that may be started.

    Raises:
        InvalidPlan: a line of the plan breaks its rule, or there is no plan.
        InvalidDefinition: plan and definition differ.
    """
    return plan_sha256(check_plan(draft))


def check_plan(draft: Draft) -> Plan:
    """Return the plan of a draft.

    Raises:
        InvalidPlan, InvalidDefinition: as for `lock`.
    """
    plan = read_plan(draft.plan_source)
    if differences := tuple(_differences(draft, plan)):
        raise InvalidDefinition(*differences)
    return plan


def looks_not_ahead(plan: Plan, now: datetime) -> Iterator[Violation]:
    """Yield a violation for each look of a plan that a start now would leave behind it.

    After its planned end a plan shows p-values at every reading: what ended before it began has
    no reading that the rule of its looks makes valid.
    """
    today = now.astimezone(plan.zone).date()
    looks = (("planned_end", plan.looks.planned_end), *(("dates", on) for on in plan.looks.dates))
    for name, on in looks:
        if on is not None and on <= today:
            rule = "must be after the day of the start"
            yield violation(f"plan.looks.{name}", on.isoformat(), rule)


def _switchback_pairs(draft: Draft, plan: Plan) -> Iterator[tuple[str, object, object]]:
    """Yield what the analysis of a switchback must take from its schedule."""
    if not draft.schedule or plan.switchback is None:
        return
    schedule = schedule_of(draft.schedule)
    yield "switchback.window", plan.switchback.window, WINDOW
    yield "switchback.burn_in", plan.switchback.burn_in, schedule.burn_in
    yield "timezone", plan.timezone, schedule.timezone


def _saturation_pairs(draft: Draft, plan: Plan) -> Iterator[tuple[str, object, object]]:
    """Yield where the analysis finds the share that a cluster drew, and the cluster."""
    if not draft.saturation:
        return
    cluster = saturation_of(draft.saturation).cluster
    yield "saturation", plan.saturation, SATURATION
    clusters = {metric.cluster for metric in plan.metrics if metric.cluster}
    yield "metrics.cluster", ", ".join(sorted(clusters)), cluster


def _differences(draft: Draft, plan: Plan) -> Iterator[Violation]:
    controls = [variant.key for variant in draft.variants if variant.is_control]
    weights = tuple((variant.key, variant.weight) for variant in draft.variants)
    pairs: tuple[tuple[str, object, object], ...] = (
        ("key", plan.key, draft.key),
        ("unit", plan.unit.value, draft.unit),
        ("control", plan.control, controls[0] if controls else ""),
        ("weights", plan.weights, weights),
        *_switchback_pairs(draft, plan),
        *_saturation_pairs(draft, plan),
    )
    for name, planned, defined in pairs:
        if planned != defined:
            rule = f"must agree with the definition: {defined}"
            yield violation(f"plan.{name}", planned, rule)
