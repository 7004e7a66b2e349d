"""Creating and editing drafts: all broken rules at once, and nobody's edit is overwritten."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError

from experiments.assignment.hashing import new_salt
from experiments.assignment.refusals import violation
from experiments.definitions.drafts import Draft, definition_from, draft_of
from experiments.definitions.history import conflict, find, remember, writing
from experiments.definitions.locking import check_plan
from experiments.definitions.requiring import holdout_violations, required_by
from experiments.errors import DefinitionLocked, InvalidDefinition, Violation
from experiments.lifecycle import EDITABLE
from experiments.models import Experiment, Layer, Variant
from experiments.plan.document import Unit

LONGEST_TITLE = 200
IN_USE = "must not be in use"


def check(draft: Draft, *, existing: Experiment | None = None) -> None:
    """Refuse a draft that could not be created, or take the place of `existing`.

    Raises:
        InvalidDefinition: with every broken rule of the definition, or of plan against definition.
        InvalidPlan: with every broken rule of the plan, if there is one.
    """
    _definable(draft, existing)


def create(
    draft: Draft, *, actor: str, now: datetime, owner: AbstractBaseUser | None = None
) -> Experiment:
    """Return the new experiment, a draft.

    Raises:
        InvalidDefinition: a rule is broken, or the key or salt is in use.
        InvalidPlan: there is a plan and it breaks a rule.
    """
    fields = _definable(draft)
    try:
        with writing():
            experiment = Experiment.objects.create(
                **fields, owner_id=owner.pk if owner else None, created_at=now, updated_at=now
            )
            _write_variants(experiment, draft)
            remember(experiment, "create", actor=actor, now=now, before={}, after=_told(draft))
    except IntegrityError:
        taken = violation("key", draft.key, IN_USE)
        raise InvalidDefinition(taken, violation("salt", draft.salt, IN_USE)) from None
    return find(experiment.key)


def edit(key: str, draft: Draft, *, edition: int, actor: str, now: datetime) -> Experiment:
    """Return the experiment with the draft in the place of what it was.

    Raises:
        ExperimentNotFound: no experiment has that key.
        DefinitionLocked: it is no draft any more.
        EditConflict: it is not in that edition any more.
        InvalidDefinition, InvalidPlan: as for `create`; the key and the salt stay.
    """
    with writing():
        experiment = find(key)
        _refuse_unless_editable(experiment, edition)
        fields = _definable(draft, experiment)
        before = draft_of(experiment)
        Experiment.objects.filter(pk=experiment.pk).update(
            **fields, edition=experiment.edition + 1, updated_at=now
        )
        if draft.variants != before.variants:
            experiment.variants.all().delete()
            _write_variants(experiment, draft)
        told = _told(draft)
        remember(experiment, "edit", actor=actor, now=now, before=_told(before), after=told)
    return find(key)


def _refuse_unless_editable(experiment: Experiment, edition: int) -> None:
    if experiment.status not in EDITABLE:
        message = f"status = {experiment.status}: only a draft can be edited"
        raise DefinitionLocked(message)
    if experiment.edition != edition:
        raise conflict(experiment, edition)


def _definable(draft: Draft, experiment: Experiment | None = None) -> dict[str, object]:
    """Return the columns of a draft that keeps all rules."""
    salt = draft.salt or (experiment.salt if experiment else new_salt())
    layer = Layer.objects.filter(key=draft.layer).first() if draft.layer else None
    violations = [
        *_own_violations(draft, layer),
        *_identity_violations(draft, salt, experiment),
        *_definition_violations(draft, salt, layer),
        *holdout_violations(draft),
    ]
    if violations:
        raise InvalidDefinition(*violations)
    if draft.plan_source:
        check_plan(draft)
    return _columns(draft, salt, layer)


def _own_violations(draft: Draft, layer: Layer | None) -> Iterator[Violation]:
    if not 1 <= len(draft.title.strip()) <= LONGEST_TITLE:
        yield violation("title", draft.title, f"must have 1 to {LONGEST_TITLE} characters")
    if draft.unit not in set(Unit):
        yield violation("unit", draft.unit, f"must be one of {', '.join(Unit)}")
    if draft.layer is not None and layer is None:
        yield violation("layer", draft.layer, "must be the key of a layer")
    if draft.saturation and draft.schedule.get("burn_in"):
        rule = "must be 0 where slots draw shares: their units are all analysed"
        yield violation("schedule.burn_in", draft.schedule["burn_in"], rule)


def _identity_violations(
    draft: Draft, salt: str, experiment: Experiment | None
) -> Iterator[Violation]:
    """Key and salt are nobody else's, and stay what they were."""
    if experiment is not None:
        for name, given, kept in (
            ("key", draft.key, experiment.key),
            ("salt", salt, experiment.salt),
        ):
            if given != kept:
                yield violation(name, given, "must stay what it is")
        return
    if Experiment.objects.filter(key=draft.key).exists():
        yield violation("key", draft.key, IN_USE)
    if Experiment.objects.filter(salt=salt).exists():
        yield violation("salt", salt, IN_USE)


def _definition_violations(draft: Draft, salt: str, layer: Layer | None) -> tuple[Violation, ...]:
    try:
        definition_from(draft, salt=salt, layer=layer, requires=required_by(draft))
    except InvalidDefinition as refusal:
        return refusal.violations
    return ()


def _columns(draft: Draft, salt: str, layer: Layer | None) -> dict[str, object]:
    columns = asdict(draft)
    del columns["variants"]
    return {**columns, "requires": list(draft.requires), "salt": salt, "layer": layer}


def _write_variants(experiment: Experiment, draft: Draft) -> None:
    Variant.objects.bulk_create(
        Variant(
            experiment=experiment,
            position=position,
            key=variant.key,
            title=variant.title,
            weight=variant.weight,
            is_control=variant.is_control,
            policy=variant.policy,
        )
        for position, variant in enumerate(draft.variants)
    )


def _told(draft: Draft) -> Mapping[str, object]:
    """Return what history shows of a draft: all but the salt, which would tell every arm."""
    told = asdict(draft)
    told["variants"] = list(told["variants"])
    del told["salt"]
    return told
