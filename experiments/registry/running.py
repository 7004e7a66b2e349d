"""The running set of this process, followed by the number of the last revision."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import msgspec

from experiments.assignment.compiled import CompiledExperiment, compile_experiment
from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.program import Program
from experiments.errors import InvalidDefinition
from experiments.kept import Kept
from experiments.lifecycle import SERVING, Status
from experiments.models import Experiment, Revision
from experiments.registry.assembling import Rows, assembled, program, rows_with_required
from experiments.snapshot import Snapshot

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSet:
    """All running and paused experiments as of revision `number`, by key in alphabetic order.

    `concluded` are those that ended and are not archived yet: nobody is assigned any more.
    `holdout` is the key of the one whose control no other may touch; "" where there is none.
    """

    number: int
    experiments: Mapping[str, CompiledExperiment]
    concluded: Mapping[str, ExperimentDefinition] = field(default_factory=dict)
    holdout: str = ""

    def policy(self, experiment: str, variant: str) -> Mapping[str, object]:
        """Return the whole policy document of a variant."""
        variants = self.experiments[experiment].definition.variants
        return next(each.policy for each in variants if each.key == variant)


def current(now: datetime) -> RunningSet:
    """Return the running set, at most a second old; while the database is away, the last one.

    Raises:
        django.db.Error: the database is away and there is no last one, not even on disk.
    """
    return snapshot.current(now)


def _load(held: RunningSet | None) -> RunningSet:
    number = Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    if held is not None and held.number == number:
        return held
    known = Experiment.objects.filter(status__in=SERVING | {Status.CONCLUDED}).order_by("key")
    complete = known.select_related("layer").prefetch_related("variants", "forced__variant")
    served = [each for each in complete if each.status in SERVING]
    concluded = [each for each in complete if each.status not in SERVING]
    rows, rules = rows_with_required(complete), program()
    return _compiled(
        _Written(
            number,
            tuple(_sound(served, rows, rules)),
            tuple(_sound(concluded, rows, Program())),
            next((each.key for each in served if each.is_holdout), ""),
        )
    )


def _sound(
    experiments: Iterable[Experiment], rows: Rows, rules: Program
) -> Iterator[ExperimentDefinition]:
    for experiment in experiments:
        try:
            yield assembled(experiment, rows, rules)
        except InvalidDefinition:
            logger.exception("left out of the running set: %s", experiment.key)


class _Written(msgspec.Struct):
    """A running set as it lies on disk: definitions, to be compiled when they are read."""

    number: int
    running: tuple[ExperimentDefinition, ...]
    concluded: tuple[ExperimentDefinition, ...]
    holdout: str = ""


def _compiled(written: _Written) -> RunningSet:
    return RunningSet(
        number=written.number,
        experiments=MappingProxyType(
            {each.key: compile_experiment(each) for each in written.running}
        ),
        concluded=MappingProxyType({each.key: each for each in written.concluded}),
        holdout=written.holdout,
    )


def _encode(running: RunningSet) -> bytes:
    definitions = (each.definition for each in running.experiments.values())
    concluded = tuple(running.concluded.values())
    written = _Written(running.number, tuple(definitions), concluded, running.holdout)
    return msgspec.json.encode(written)


def _decode(text: bytes) -> RunningSet:
    return _compiled(msgspec.json.decode(text, type=_Written))


snapshot: Snapshot[RunningSet] = Snapshot(
    _load, kept=Kept("running", encode=_encode, decode=_decode)
)
