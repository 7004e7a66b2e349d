"""Definitions with what lies outside of their own rows: required experiments, and the program."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from experiments.assignment.allocation import bucket_ranges
from experiments.assignment.definition import ExperimentDefinition, Requirement
from experiments.assignment.program import Holdout, NeverTreat, Program
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition
from experiments.lifecycle import SERVING
from experiments.models import Experiment, NeverTreated, NeverTreatSalt
from experiments.registry.values import definition_of

Rows = Mapping[str, Experiment]


def program() -> Program:
    """Return what holds for all experiments now."""
    return Program(holdout=_holdout(), never_treat=_never_treat())


def rows_with_required(experiments: Iterable[Experiment]) -> Rows:
    """Return the experiments and all that they require, by key, however far that goes."""
    found = {each.key: each for each in experiments}
    while missing := set(_required_keys(found.values())) - found.keys():
        more = Experiment.objects.filter(key__in=missing).select_related("layer")
        rows = {each.key: each for each in more.prefetch_related("variants", "forced__variant")}
        if not rows:
            return found
        found |= rows
    return found


def assembled(
    experiment: Experiment, rows: Rows, rules: Program, above: tuple[str, ...] = ()
) -> ExperimentDefinition:
    """Return the whole definition. A holdout stands outside of the program that it is part of.

    Raises:
        InvalidDefinition: a rule is broken, a required experiment is gone or requires this one.
    """
    definition = definition_of(experiment)
    path = (*above, experiment.key)
    return replace(
        definition,
        requires=tuple(_requirements(experiment, rows, path)),
        program=Program() if experiment.is_holdout else rules,
    )


def _requirements(
    experiment: Experiment, rows: Rows, path: tuple[str, ...]
) -> Iterator[Requirement]:
    for place, required in enumerate(experiment.requires):
        key = required["experiment"]
        if key in path or key not in rows:
            rule = "must not require itself" if key in path else "must be the key of an experiment"
            raise InvalidDefinition(violation(f"requires[{place}].experiment", key, rule))
        other = assembled(rows[key], rows, Program(), path)
        yield Requirement(experiment=other, variants=tuple(required.get("variants", ())))


def _required_keys(experiments: Iterable[Experiment]) -> Iterator[str]:
    for experiment in experiments:
        yield from (required["experiment"] for required in experiment.requires)


def _holdout() -> Holdout | None:
    served = Experiment.objects.filter(is_holdout=True, status__in=SERVING)
    experiment = served.prefetch_related("variants", "forced__variant").first()
    if experiment is None:
        return None
    definition = definition_of(experiment)
    control = definition.control.key
    (held,) = (each for each in bucket_ranges(definition.weights) if each.variant == control)
    return Holdout(salt=definition.salt, start=held.start, end=held.end)


def _never_treat() -> NeverTreat | None:
    digests = NeverTreated.objects.filter(listed=True).order_by("digest")
    listed = tuple(digests.values_list("digest", flat=True))
    salt = NeverTreatSalt.objects.values_list("salt", flat=True).first()
    return NeverTreat(salt=salt, digests=listed) if listed and salt else None
