"""What may change while it is served: how many take part, the kill switch, who is forced.

None of it moves anybody from one variant to another.
"""

from dataclasses import replace
from datetime import datetime

from experiments.assignment.refusals import violation
from experiments.assignment.units import canonical_id
from experiments.definitions.drafts import draft_of
from experiments.definitions.history import change, find, writing
from experiments.definitions.requiring import holdout_violations
from experiments.errors import DefinitionLocked, InvalidDefinition
from experiments.lifecycle import Status
from experiments.models import BUCKETS, Experiment, ForcedAssignment
from experiments.registry import definition_of

ENDED = frozenset({Status.CONCLUDED, Status.ARCHIVED})


def set_coverage(key: str, *, coverage: int, actor: str, now: datetime) -> Experiment:
    """Let `coverage` of 10,000 take part: more join, or the last to join leave.

    Raises:
        ExperimentNotFound: no experiment has that key.
        DefinitionLocked: it has ended.
        InvalidDefinition: not 0 to 10,000, or not all of a schedule or the holdout.
    """
    if not 0 <= coverage <= BUCKETS:
        raise InvalidDefinition(violation("coverage", coverage, f"must be 0 to {BUCKETS}"))
    with writing():
        experiment = _open(key)
        replace(definition_of(experiment), coverage=coverage)  # or it would be served no more
        draft = replace(draft_of(experiment), coverage=coverage)
        if violations := tuple(holdout_violations(draft)):
            raise InvalidDefinition(*violations)
        change(experiment, "coverage", actor=actor, now=now, coverage=coverage)
    return find(key)


def kill(key: str, *, actor: str, now: datetime) -> Experiment:
    """Serve control to everybody at once, whatever the status says."""
    with writing():
        change(_open(key), "kill", actor=actor, now=now, killed=True)
    return find(key)


def unkill(key: str, *, actor: str, now: datetime) -> Experiment:
    """Take the kill switch back."""
    with writing():
        change(_open(key), "unkill", actor=actor, now=now, killed=False)
    return find(key)


def force(key: str, *, unit_id: str, variant: str, actor: str, now: datetime) -> Experiment:
    """Serve `variant` to this unit, for quality assurance; it counts in no analysis.

    Raises:
        ExperimentNotFound: no experiment has that key.
        DefinitionLocked: it has ended.
        InvalidRequest: the id cannot be one.
        InvalidDefinition: there is no such variant.
    """
    unit = canonical_id(unit_id)
    with writing():
        experiment = _open(key)
        chosen = experiment.variants.filter(key=variant).first()
        if chosen is None:
            rule = "must be a variant of the experiment"
            raise InvalidDefinition(violation("variant", variant, rule))
        ForcedAssignment.objects.update_or_create(
            experiment=experiment, unit_id=unit, defaults={"variant": chosen}
        )
        change(experiment, "force", actor=actor, now=now)
    return find(key)


def unforce(key: str, *, unit_id: str, actor: str, now: datetime) -> Experiment:
    """Leave this unit to its hash again; a unit that is not forced stays as it is."""
    with writing():
        experiment = _open(key)
        ForcedAssignment.objects.filter(
            experiment=experiment, unit_id=canonical_id(unit_id)
        ).delete()
        change(experiment, "unforce", actor=actor, now=now)
    return find(key)


def _open(key: str) -> Experiment:
    experiment = find(key)
    if experiment.status in ENDED:
        message = f"status = {experiment.status}: nothing is served any more"
        raise DefinitionLocked(message)
    return experiment
