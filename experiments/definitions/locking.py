"""The lock of a plan: read, in agreement with the definition, hashed."""

from collections.abc import Iterator

from experiments.assignment.refusals import violation
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


def _differences(draft: Draft, plan: Plan) -> Iterator[Violation]:
    controls = [variant.key for variant in draft.variants if variant.is_control]
    weights = tuple((variant.key, variant.weight) for variant in draft.variants)
    pairs: tuple[tuple[str, object, object], ...] = (
        ("key", plan.key, draft.key),
        ("unit", plan.unit.value, draft.unit),
        ("control", plan.control, controls[0] if controls else ""),
        ("weights", plan.weights, weights),
    )
    for name, planned, defined in pairs:
        if planned != defined:
            rule = f"must agree with the definition: {defined}"
            yield violation(f"plan.{name}", planned, rule)
