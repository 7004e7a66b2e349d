"""What an experiment may require of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.assignment.refusals import violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.assignment.definition import ExperimentDefinition
    from experiments.errors import Violation

CUSTOMER = "customer"
MOST_REQUIRED = 8


def requirement_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    """Yield what cannot be required: another unit, what time or a cluster draws, no variant."""
    if len(definition.requires) > MOST_REQUIRED:
        rule = f"must be at most {MOST_REQUIRED}"
        yield violation("requires", len(definition.requires), rule)
    for place, requirement in enumerate(definition.requires):
        other = requirement.experiment
        field = f"requires[{place}]"
        if other.unit != definition.unit:
            rule = f"must randomise the same unit, {definition.unit}"
            yield violation(f"{field}.experiment", f"{other.key}: {other.unit}", rule)
        if other.schedule is not None or other.saturation is not None:
            rule = "must assign units by their own hash alone"
            yield violation(f"{field}.experiment", other.key, rule)
        known = {variant.key for variant in other.variants}
        for variant in requirement.variants:
            if variant not in known:
                yield violation(f"{field}.variants", variant, f"must be a variant of {other.key}")
