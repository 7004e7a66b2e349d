"""The outcomes of an experiment: one per variant, one per reason not to take part."""

from collections.abc import Iterator

from experiments.assignment.decision import Outcome, Reason, Source
from experiments.assignment.definition import ExperimentDefinition


def outcomes_of(definition: ExperimentDefinition) -> Iterator[Outcome]:
    """Yield the outcome of every variant, that of the gap before it first, and of the last gap."""
    not_covered = outside(definition, Reason.NOT_COVERED)
    for variant in definition.variants:
        yield not_covered
        yield enrolled(definition, variant.key)
    yield not_covered


def enrolled(definition: ExperimentDefinition, variant: str) -> Outcome:
    """Pause and kill change what is served, never what is assigned."""
    outcome = Outcome(
        experiment=definition.key,
        version=definition.version,
        assigned_variant=variant,
        served_variant=variant,
        source=Source.SERVICE,
        eligible=True,
        forced=False,
        reason=Reason.ENROLLED,
    )
    if not (definition.paused or definition.killed):
        return outcome
    reason = Reason.KILLED if definition.killed else Reason.PAUSED
    control = definition.control.key
    return outcome._replace(served_variant=control, source=Source.PAUSED, reason=reason)


def outside(definition: ExperimentDefinition, reason: Reason) -> Outcome:
    """Return control for a unit that does not take part."""
    control = definition.control.key
    return Outcome(
        experiment=definition.key,
        version=definition.version,
        assigned_variant=control,
        served_variant=control,
        source=Source.SERVICE,
        eligible=False,
        forced=False,
        reason=reason,
    )
