"""From the rows of an experiment to the value that assignment works with."""

from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    VariantDefinition,
)
from experiments.assignment.saturation import saturation_of
from experiments.assignment.schedule import schedule_of
from experiments.lifecycle import Status
from experiments.models import Experiment


def definition_of(experiment: Experiment) -> ExperimentDefinition:
    """Return what assignment depends on.

    Raises:
        InvalidDefinition: the rows break a rule.
    """
    return ExperimentDefinition(
        key=experiment.key,
        version=experiment.version,
        salt=experiment.salt,
        variants=tuple(
            VariantDefinition(
                key=variant.key,
                weight=variant.weight,
                policy=variant.policy,
                is_control=variant.is_control,
            )
            for variant in experiment.variants.all()
        ),
        unit=experiment.unit,
        hash_version=experiment.hash_version,
        coverage=experiment.coverage,
        targeting=experiment.targeting,
        layer=_placement(experiment),
        schedule=schedule_of(experiment.schedule) if experiment.schedule else None,
        saturation=saturation_of(experiment.saturation) if experiment.saturation else None,
        forced={forced.unit_id: forced.variant.key for forced in experiment.forced.all()},
        paused=experiment.status == Status.PAUSED,
        killed=experiment.killed,
    )


def _placement(experiment: Experiment) -> LayerPlacement | None:
    if experiment.layer is None:
        return None
    return LayerPlacement(
        salt=experiment.layer.salt, start=experiment.layer_start, end=experiment.layer_end
    )
