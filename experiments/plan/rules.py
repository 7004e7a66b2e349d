"""What must hold across a plan: one primary metric, clean comparisons, what windows can bear."""

from collections.abc import Sequence

from experiments.plan.document import PER_CONTACT, Metric, Plan, Role, Unit
from experiments.plan.fields import Section
from experiments.plan.splits import AFTER_ASSIGNMENT, SPLIT_RULE


def check_roles(section: Section, metrics: Sequence[Metric]) -> None:
    """Refuse all but one primary metric, and two metrics of one key."""
    primary = [metric.key for metric in metrics if metric.role is Role.PRIMARY]
    if metrics and len(primary) != 1:
        shown = ", ".join(primary) or "none"
        section.refuse("metrics", "must have exactly one primary", f"primary: {shown}")
    keys = [metric.key for metric in metrics]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        section.refuse("metrics", "must have one metric of each key", key)


def check_compliance(section: Section, plan: Plan) -> None:
    """Refuse to compare within what units received: long calls are the calls with problems."""
    named = set(plan.segments)
    for metric in plan.metrics:
        named |= {*metric.strata, metric.cluster, *(item.name for item in metric.covariates)}
        named |= {metric.adjustment.covariate or ""} if metric.adjustment else set()
        named |= {item.name for item in metric.lin.covariates} if metric.lin else set()
    for column in plan.compliance.columns if plan.compliance else ():
        if column in named:
            section.refuse("compliance", f"{column} {SPLIT_RULE}", column)


def check_saturation(section: Section, plan: Plan) -> None:
    """Refuse a saturation without the clusters that were drawn to have it."""
    if not plan.saturation:
        return
    if plan.saturation in AFTER_ASSIGNMENT:
        section.refuse("saturation", SPLIT_RULE)
    if not any(metric.cluster for metric in plan.metrics):
        section.refuse("saturation", "needs a metric with a cluster: what was drawn to have it")


def check_switchback(section: Section, plan: Plan) -> None:
    """Refuse what windows of time cannot bear: only contacts come in a window."""
    if plan.switchback is None:
        if plan.unit is Unit.TIME_SLOT:
            section.refuse("switchback", "is required: the unit is a time slot")
        return
    if plan.unit not in PER_CONTACT:
        section.refuse("switchback", f"arms alternate for contacts, and the unit is {plan.unit}")
    if plan.switchback.window in AFTER_ASSIGNMENT:
        section.refuse("switchback", SPLIT_RULE)
    if any(metric.cluster or metric.crossed_with for metric in plan.metrics):
        section.refuse("switchback", "windows are the clusters: a metric has no other")
