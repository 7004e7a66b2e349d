"""Other weights while it runs: a new version with a new salt, and nobody's exposures rewritten."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.db.models import F

from experiments.assignment.hashing import new_salt
from experiments.assignment.refusals import violation
from experiments.definitions.drafts import definition_from, draft_of
from experiments.definitions.history import find, remember, writing
from experiments.errors import DefinitionLocked, InvalidDefinition, Violation
from experiments.lifecycle import SERVING
from experiments.models import Experiment, PastVersion, Variant


def reweigh(key: str, *, weights: Mapping[str, int], actor: str, now: datetime) -> Experiment:
    """Return the experiment with other weights, as its next version.

    Every unit is drawn anew from its next contact on; what was recorded stays with its version,
    and versions are analysed apart. The plan stays locked as it is.

    Raises:
        ExperimentNotFound: no experiment has that key.
        DefinitionLocked: nothing is served, so that there is nothing to be continued.
        InvalidDefinition: the weights are not those of all variants, or cannot change here.
    """
    with writing():
        experiment = find(key)
        if experiment.status not in SERVING:
            message = f"status = {experiment.status}: only what is served has another version"
            raise DefinitionLocked(message)
        before = {variant.key: variant.weight for variant in experiment.variants.all()}
        if violations := tuple(_violations(experiment, before, weights)):
            raise InvalidDefinition(*violations)
        salt = new_salt()
        _check(experiment, salt, weights)
        _keep(experiment, before, now)
        for variant in experiment.variants.all():
            Variant.objects.filter(pk=variant.pk).update(weight=weights[variant.key])
        version = experiment.version + 1
        Experiment.objects.filter(pk=experiment.pk).update(
            salt=salt, version=version, edition=F("edition") + 1, updated_at=now
        )
        told = {"version": version, "weights": {each: weights[each] for each in before}}
        was = {"version": experiment.version, "weights": before}
        remember(experiment, "reweigh", actor=actor, now=now, before=was, after=told)
    return find(key)


def _violations(
    experiment: Experiment, before: Mapping[str, int], weights: Mapping[str, int]
) -> Iterator[Violation]:
    if set(weights) != set(before):
        rule = f"must have a weight for each variant: {', '.join(before)}"
        yield violation("weights", dict(weights), rule)
    elif dict(weights) == dict(before):
        yield violation("weights", dict(weights), "must be others than now")
    if experiment.schedule or experiment.saturation:
        rule = "must stay what was published: a schedule or a saturation was drawn by them"
        yield violation("weights", dict(weights), rule)
    if experiment.is_holdout:
        rule = "must stay: whoever is held out is held out for good"
        yield violation("weights", dict(weights), rule)


def _check(experiment: Experiment, salt: str, weights: Mapping[str, int]) -> None:
    """Refuse weights that no definition may have."""
    draft = draft_of(experiment)
    variants = tuple(replace(each, weight=weights[each.key]) for each in draft.variants)
    definition_from(replace(draft, variants=variants), salt=salt, layer=experiment.layer)


def _keep(experiment: Experiment, before: Mapping[str, int], now: datetime) -> None:
    PastVersion.objects.create(
        experiment=experiment,
        number=experiment.version,
        salt=experiment.salt,
        hash_version=experiment.hash_version,
        weights=[[key, weight] for key, weight in before.items()],
        ended_at=now,
    )
