"""Several metrics read together: Holm over each family that the plan declares."""

from dataclasses import replace

from experiments.plan.document import Family, Plan
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import p_value_row
from impact.stats.multiplicity import holm


def adjusted_for_multiplicity(plan: Plan, estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows with `p_value_adjusted` where a family's test has a p-value.

    One test per metric of the family and variant against control; log-rank for time to event.
    """
    rows = list(estimates)
    for family in plan.families:
        tests = _tests(plan, family, estimates)
        adjusted = holm([p_value for _, p_value in tests])
        for (place, _), p_value in zip(tests, adjusted, strict=True):
            rows[place] = replace(rows[place], p_value_adjusted=p_value)
    return tuple(rows)


def _tests(plan: Plan, family: Family, estimates: tuple[Estimate, ...]) -> list[tuple[int, float]]:
    """Return place and p-value of each test of the family."""
    tests = []
    for key in family.metrics:
        for variant in (name for name in plan.variants if name != plan.control):
            found = p_value_row(plan.metric(key), variant, estimates)
            if found is not None and found.p_value is not None:
                tests.append((estimates.index(found), found.p_value))
    return tests
