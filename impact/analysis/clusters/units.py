"""When the units of the plan are clusters themselves."""

from experiments.plan.document import Kind, Metric, Plan, Unit

GROUPS = frozenset({Unit.AGENT, Unit.TEAM, Unit.QUEUE})


def clusters_of_units(plan: Plan, metric: Metric) -> bool:
    """Whether groups of contacts were randomised and the metric is a ratio over their contacts.

    Handle time per contact of forty agents is forty observations, not as many as contacts: the
    errors of its difference are those of few clusters.

    >>> from dataclasses import replace
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: agent, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: handle_time, role: primary, kind: ratio, window: 30,
    ... source: contacts.handle_seconds, denominator: contacts.handled}]}''')
    >>> clusters_of_units(plan, plan.primary)
    True
    >>> clusters_of_units(replace(plan, unit=Unit.CUSTOMER), plan.primary)
    False
    """
    return plan.unit in GROUPS and metric.kind is Kind.RATIO and not metric.cluster
