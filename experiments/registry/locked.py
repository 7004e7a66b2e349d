"""Experiments whose plan is locked: what an analysis may know of them, whatever became of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from experiments.errors import ExperimentNotFound
from experiments.models import Experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedVariant:
    """A service policy as it was locked."""

    key: str
    title: str
    is_control: bool
    weight: int
    policy: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedExperiment:
    """A started experiment. `truth` is what a simulation knows, empty for real ones.

    `version_weights` are those of all its versions, as in a plan, where it has several.
    """

    key: str
    title: str
    hypothesis: str
    unit: str
    version: int
    status: str
    plan_source: str
    plan_sha256: str
    started_at: datetime
    concluded_at: datetime | None
    simulated: bool
    truth: Mapping[str, object]
    variants: tuple[LockedVariant, ...]
    version_weights: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()


def analysable(key: str) -> LockedExperiment:
    """Return the started experiment with that key.

    Raises:
        ExperimentNotFound: no experiment has the key, or it never started.
    """
    started = Experiment.objects.filter(started_at__isnull=False).prefetch_related("variants")
    experiment = started.filter(key=key).first()
    if experiment is None or experiment.started_at is None:
        message = f"experiment = {key}: no experiment with a locked plan has this key"
        raise ExperimentNotFound(message)
    return LockedExperiment(
        **{name: getattr(experiment, name) for name in _PLAIN},
        started_at=experiment.started_at,
        variants=tuple(
            LockedVariant(
                key=variant.key,
                title=variant.title,
                is_control=variant.is_control,
                weight=variant.weight,
                policy=variant.policy,
            )
            for variant in experiment.variants.all()
        ),
        version_weights=tuple(_version_weights(experiment)),
    )


def _version_weights(
    experiment: Experiment,
) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    past = list(experiment.past.all())
    for version in past:
        yield str(version.number), tuple((key, weight) for key, weight in version.weights)
    if past:
        variants = experiment.variants.all()
        yield str(experiment.version), tuple((each.key, each.weight) for each in variants)


_PLAIN = (
    "key",
    "title",
    "hypothesis",
    "unit",
    "version",
    "status",
    "plan_source",
    "plan_sha256",
    "concluded_at",
    "simulated",
    "truth",
)
