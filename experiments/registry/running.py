"""The running set of this process, followed by the number of the last revision."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from experiments.assignment.compiled import CompiledExperiment, compile_experiment
from experiments.assignment.definition import ExperimentDefinition
from experiments.errors import InvalidDefinition
from experiments.lifecycle import SERVING, Status
from experiments.models import Experiment, Revision
from experiments.registry.values import definition_of
from experiments.snapshot import Snapshot

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSet:
    """All running and paused experiments as of revision `number`, by key in alphabetic order.

    `concluded` are those that ended and are not archived yet: nobody is assigned any more.
    """

    number: int
    experiments: Mapping[str, CompiledExperiment]
    concluded: Mapping[str, ExperimentDefinition] = field(default_factory=dict)

    def policy(self, experiment: str, variant: str) -> Mapping[str, object]:
        """Return the whole policy document of a variant."""
        variants = self.experiments[experiment].definition.variants
        return next(each.policy for each in variants if each.key == variant)


def current(now: datetime) -> RunningSet:
    """Return the running set, at most a second old; while the database is away, the last one.

    Raises:
        django.db.Error: the database is away and there is no last one.
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
    return RunningSet(
        number=number,
        experiments=MappingProxyType(
            {each.key: compile_experiment(each) for each in _sound(served)}
        ),
        concluded=MappingProxyType({each.key: each for each in _sound(concluded)}),
    )


def _sound(experiments: Iterable[Experiment]) -> Iterator[ExperimentDefinition]:
    for experiment in experiments:
        try:
            yield definition_of(experiment)
        except InvalidDefinition:
            logger.exception("left out of the running set: %s", experiment.key)


snapshot: Snapshot[RunningSet] = Snapshot(_load)
