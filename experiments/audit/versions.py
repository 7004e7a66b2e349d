"""Every version of an experiment as it was in force: salt, weights, and the coverages that it had.

Targeting, layer, schedule and saturation are fixed at the start, so that they are one for all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from experiments.assignment.definition import ExperimentDefinition
from experiments.lifecycle import Move
from experiments.models import Change, Experiment
from experiments.registry import definition_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, and the smallest and largest coverage that were ever in force in it."""

    definition: ExperimentDefinition
    narrowest: int
    widest: int

    @property
    def number(self) -> int:
        """Return the number that its exposures carry."""
        return self.definition.version

    @property
    def weights(self) -> tuple[tuple[str, int], ...]:
        """Return variant keys and weights in the order of their buckets."""
        return self.definition.weights


def versions_of(experiment: Experiment) -> tuple[Version, ...]:
    """Return all versions, the present one last."""
    coverages = _coverages(experiment)
    return tuple(
        Version(
            definition=definition,
            narrowest=min(coverages[definition.version]),
            widest=max(coverages[definition.version]),
        )
        for definition in _definitions(experiment)
    )


def _definitions(experiment: Experiment) -> Iterator[ExperimentDefinition]:
    present = definition_of(experiment)
    variants = {variant.key: variant for variant in present.variants}
    for past in experiment.past.all():
        yield replace(
            present,
            version=past.number,
            salt=past.salt,
            hash_version=past.hash_version,
            variants=tuple(replace(variants[key], weight=weight) for key, weight in past.weights),
        )
    yield present


def _coverages(experiment: Experiment) -> Mapping[int, set[int]]:
    """Return the coverages of each version: the history, read backwards from what holds now."""
    number, coverage = experiment.version, experiment.coverage
    found = {number: {coverage}}
    told = Change.objects.filter(experiment=experiment)
    for change in told.filter(action__in=("coverage", "reweigh", Move.START)).order_by("-id"):
        if change.action == Move.START:
            break
        if change.action == "reweigh":
            number, _ = change.fields["version"]
        elif change.fields:
            coverage, _ = change.fields["coverage"]
        found.setdefault(number, set()).add(coverage)
    return found
