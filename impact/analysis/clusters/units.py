"""When the units of the plan are clusters themselves."""

from experiments.plan.document import Kind, Metric, Plan, Unit

GROUPS = frozenset({Unit.AGENT, Unit.TEAM, Unit.QUEUE})


def clusters_of_units(plan: Plan, metric: Metric) -> bool:
    """Whether groups of contacts were randomised and the metric is a ratio over their contacts.

    Handle time per contact of forty agents is forty observations, not as many as contacts: the
    errors of its difference are those of few clusters.
    """
    return plan.unit in GROUPS and metric.kind is Kind.RATIO and not metric.cluster
