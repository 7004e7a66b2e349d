"""An experiment as people write it: the value that is created, checked and edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    Requirement,
    VariantDefinition,
)
from experiments.assignment.hashing import new_salt
from experiments.assignment.saturation import saturation_of
from experiments.assignment.schedule import schedule_of
from experiments.models import BUCKETS, Experiment, Layer
from experiments.plan.document import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDraft:
    """One service policy and its share: `weight` of 10,000."""

    key: str
    weight: int
    title: str = ""
    is_control: bool = False
    policy: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything a person decides. `layer` is the key of one; an empty `salt` is drawn.

    `schedule` and `saturation` are documents, empty where there is none. `requires` lists objects
    with the key of an `experiment` and its `variants`. A holdout keeps its control out of all
    other experiments.
    `simulated` and `truth` mark an experiment of the demo.
    """

    key: str
    title: str
    variants: tuple[VariantDraft, ...]
    hypothesis: str = ""
    unit: str = Unit.CUSTOMER.value
    layer: str | None = None
    layer_start: int = 0
    layer_end: int = BUCKETS
    targeting: Mapping[str, object] = field(default_factory=dict)
    coverage: int = BUCKETS
    schedule: Mapping[str, object] = field(default_factory=dict)
    saturation: Mapping[str, object] = field(default_factory=dict)
    requires: Sequence[Mapping[str, object]] = ()
    is_holdout: bool = False
    plan_source: str = ""
    salt: str = ""
    simulated: bool = False
    truth: Mapping[str, object] = field(default_factory=dict)


def draft_of(experiment: Experiment) -> Draft:
    """Return the draft that an experiment was made from: replace what is to change, and edit."""
    return Draft(
        key=experiment.key,
        title=experiment.title,
        variants=tuple(
            VariantDraft(
                key=variant.key,
                weight=variant.weight,
                title=variant.title,
                is_control=variant.is_control,
                policy=variant.policy,
            )
            for variant in experiment.variants.all()
        ),
        hypothesis=experiment.hypothesis,
        unit=experiment.unit,
        layer=experiment.layer.key if experiment.layer else None,
        layer_start=experiment.layer_start,
        layer_end=experiment.layer_end,
        targeting=experiment.targeting,
        coverage=experiment.coverage,
        schedule=experiment.schedule,
        saturation=experiment.saturation,
        requires=tuple(experiment.requires),
        is_holdout=experiment.is_holdout,
        plan_source=experiment.plan_source,
        salt=experiment.salt,
        simulated=experiment.simulated,
        truth=experiment.truth,
    )


def definition_from(
    draft: Draft, *, salt: str, layer: Layer | None, requires: tuple[Requirement, ...] = ()
) -> ExperimentDefinition:
    """Return what assignment would work with.

    Raises:
        InvalidDefinition: with every broken rule.
    """
    layer_salt = layer.salt if layer else new_salt()
    placed = LayerPlacement(salt=layer_salt, start=draft.layer_start, end=draft.layer_end)
    return ExperimentDefinition(
        key=draft.key,
        version=1,
        salt=salt,
        variants=tuple(map(_variant, draft.variants)),
        unit=draft.unit,
        coverage=draft.coverage,
        targeting=draft.targeting,
        layer=placed,
        schedule=schedule_of(draft.schedule) if draft.schedule else None,
        saturation=saturation_of(draft.saturation) if draft.saturation else None,
        requires=requires,
    )


def _variant(draft: VariantDraft) -> VariantDefinition:
    return VariantDefinition(
        key=draft.key, weight=draft.weight, policy=draft.policy, is_control=draft.is_control
    )
