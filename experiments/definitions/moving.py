"""Moves along the lifecycle: each a conditional update, so that of two starts one wins."""

from collections.abc import Iterator
from datetime import datetime

from experiments.assignment.refusals import violation
from experiments.assignment.schedule import Schedule
from experiments.definitions.drafts import draft_of
from experiments.definitions.history import change, complete, find, writing
from experiments.definitions.locking import check_plan, lock, looks_not_ahead
from experiments.definitions.requiring import unassigned
from experiments.errors import InvalidDefinition, Violation
from experiments.lifecycle import SERVING, Move, Status, after
from experiments.models import Experiment
from experiments.plan.canonical import plan_sha256
from experiments.registry import definition_of


def move(key: str, step: Move, *, actor: str, now: datetime) -> Experiment:
    """Return the experiment after the move.

    Raises:
        ExperimentNotFound: no experiment has that key.
        MoveNotAllowed: the lifecycle has no such move from where it stands.
        InvalidPlan, InvalidDefinition: it may not be submitted or started like this.
    """
    with writing():
        experiment = find(key)
        status = after(Status(experiment.status), step)
        fields = {"status": status.value, **_consequences(experiment, step, now)}
        change(experiment, step.value, actor=actor, now=now, **fields)
    return find(key)


def submit(key: str, *, actor: str, now: datetime) -> Experiment:
    """Ask for a review: from here on nothing is edited."""
    return move(key, Move.SUBMIT, actor=actor, now=now)


def revise(key: str, *, actor: str, now: datetime) -> Experiment:
    """Make it a draft again."""
    return move(key, Move.REVISE, actor=actor, now=now)


def start(key: str, *, actor: str, now: datetime) -> Experiment:
    """Lock the plan and serve the experiment."""
    return move(key, Move.START, actor=actor, now=now)


def pause(key: str, *, actor: str, now: datetime) -> Experiment:
    """Serve control to everybody; who is assigned what goes on."""
    return move(key, Move.PAUSE, actor=actor, now=now)


def resume(key: str, *, actor: str, now: datetime) -> Experiment:
    """Serve what is assigned again."""
    return move(key, Move.RESUME, actor=actor, now=now)


def conclude(key: str, *, actor: str, now: datetime) -> Experiment:
    """End it: routers are told that they do not know it."""
    return move(key, Move.CONCLUDE, actor=actor, now=now)


def archive(key: str, *, actor: str, now: datetime) -> Experiment:
    """Put it away."""
    return move(key, Move.ARCHIVE, actor=actor, now=now)


def _consequences(experiment: Experiment, step: Move, now: datetime) -> dict[str, object]:
    """Return the columns that a move sets beside the status."""
    match step:
        case Move.SUBMIT:
            lock(draft_of(experiment))
            return {}
        case Move.START:
            return {"plan_sha256": _startable(experiment, now), "started_at": now}
        case Move.CONCLUDE:
            return {"concluded_at": now}
        case Move.REVISE | Move.PAUSE | Move.RESUME | Move.ARCHIVE:
            return {}


def _startable(experiment: Experiment, now: datetime) -> str:
    definition = definition_of(experiment)
    plan = check_plan(draft_of(experiment))
    if violations := (
        *_overlaps(experiment),
        *_late(definition.schedule, now),
        *looks_not_ahead(plan, now),
        *unassigned(experiment),
        *_second_holdouts(experiment),
    ):
        raise InvalidDefinition(*violations)
    return plan_sha256(plan)


def _second_holdouts(experiment: Experiment) -> Iterator[Violation]:
    """Yield a violation where another holdout is served: the program has one."""
    if not experiment.is_holdout:
        return
    others = Experiment.objects.filter(is_holdout=True, status__in=SERVING)
    for other in others.exclude(pk=experiment.pk):
        rule = f"must not be served beside {other.key}: the program has one holdout"
        yield violation("is_holdout", experiment.key, rule)


def _late(schedule: Schedule | None, now: datetime) -> Iterator[Violation]:
    """Yield a violation where slots of a schedule have begun: it is published ahead."""
    if schedule is None or schedule.starts_on > now.astimezone(schedule.zone).date():
        return
    rule = "must be after the day of the start: a schedule is published before it begins"
    yield violation("schedule.starts_on", schedule.starts_on.isoformat(), rule)


def _overlaps(experiment: Experiment) -> Iterator[Violation]:
    """Yield a violation for each served experiment whose buckets of the layer it would share."""
    if experiment.layer is None:
        return
    neighbours = complete().filter(
        layer=experiment.layer,
        status__in=SERVING,
        layer_start__lt=experiment.layer_end,
        layer_end__gt=experiment.layer_start,
    )
    own = [experiment.layer_start, experiment.layer_end]
    for other in neighbours.exclude(pk=experiment.pk):
        rule = f"must not share buckets with {other.key}: [{other.layer_start}, {other.layer_end})"
        yield violation("layer", own, rule)
