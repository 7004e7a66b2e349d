"""Several tests read together: each family that the plan declares, and a primary's variants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from experiments.plan.document import Plan
from experiments.plan.family import Family, FamilyMethod
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import p_value_row
from impact.stats.multiplicity import benjamini_hochberg, holm

Adjustment = Callable[[Sequence[float]], list[float]]
METHODS: Mapping[FamilyMethod, Adjustment] = {
    FamilyMethod.HOLM: holm,
    FamilyMethod.BENJAMINI_HOCHBERG: benjamini_hochberg,
}


def adjusted_for_multiplicity(plan: Plan, estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows with `p_value_adjusted` where a family's test has a p-value.

    One test per metric of the family and variant against control; log-rank for time to event. A
    primary metric in no family is one of its own, by Holm, once several variants are tested by it:
    the best of them wins, and by chance one of five would in a tenth of experiments.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... families: {business: [visits, paid]}, metrics: [
    ... {key: visits, role: primary, kind: mean, source: contacts, window: 30},
    ... {key: paid, role: secondary, kind: mean, source: revenue.amount, window: 30}]}''')
    >>> rows = tuple(Estimate(metric=key, kind="mean", method="welch", variant="b", value=1.0,
    ...     quantity="mean_difference", p_value=p_value)
    ...     for key, p_value in (("visits", 0.04), ("paid", 0.01)))
    >>> [(row.metric, row.p_value_adjusted) for row in adjusted_for_multiplicity(plan, rows)]
    [('visits', 0.04), ('paid', 0.02)]
    """
    rows = list(estimates)
    for family in _families(plan):
        tests = _tests(plan, family, estimates)
        adjust = METHODS[family.method or FamilyMethod.HOLM]
        adjusted = adjust([p_value for _, p_value in tests])
        for (place, _), p_value in zip(tests, adjusted, strict=True):
            rows[place] = replace(rows[place], p_value_adjusted=p_value)
    return tuple(rows)


def _families(plan: Plan) -> tuple[Family, ...]:
    primary, others = plan.primary.key, len(plan.variants) - 1
    if others < 2 or any(primary in family.metrics for family in plan.families):  # noqa: PLR2004  # one variant is one test
        return plan.families
    return (Family(name=primary, metrics=(primary,)), *plan.families)


def _tests(plan: Plan, family: Family, estimates: tuple[Estimate, ...]) -> list[tuple[int, float]]:
    """Return place and p-value of each test of the family."""
    tests = []
    for key in family.metrics:
        for variant in (name for name in plan.variants if name != plan.control):
            found = p_value_row(plan.metric(key), variant, estimates)
            if found is not None and found.p_value is not None:
                tests.append((estimates.index(found), found.p_value))
    return tests
