"""One flag's evaluation as clients read it: always with reason and variant."""

from collections.abc import Mapping

from experiments.answers.answer import Answer, AnswerStatus
from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.flag_values import flag_values

Evaluation = Mapping[str, object]
SPLIT = "SPLIT"
TARGETING_MATCH = "TARGETING_MATCH"
DISABLED = "DISABLED"


def evaluation(definition: ExperimentDefinition, answer: Answer) -> Evaluation:
    """Return what was decided; a variant that the definition no longer has brings no value."""
    return {
        "key": answer.experiment,
        "reason": _reason(answer),
        "variant": answer.variant,
        **_value(definition, answer.variant),
        "metadata": dict(_metadata(answer)),
    }


def ended(definition: ExperimentDefinition) -> Evaluation:
    """Return control, disabled: the experiment is over, and its calls go on."""
    control = definition.control.key
    return {
        "key": definition.key,
        "reason": DISABLED,
        "variant": control,
        **_value(definition, control),
        "metadata": {"detail": "concluded", "enrolled": False, "version": definition.version},
    }


def _value(definition: ExperimentDefinition, variant: str) -> dict[str, object]:
    values = flag_values(definition)
    return {"value": values[variant]} if variant in values else {}


def _reason(answer: Answer) -> str:
    match answer.source:
        case "forced":
            return TARGETING_MATCH
        case "service" | "client" if answer.enrolled:  # whoever drew it, the draw is the same
            return SPLIT
        case _:
            return DISABLED


def _metadata(answer: Answer) -> Mapping[str, str | int | bool]:
    """Return what OFREP has no field for: plain values only."""
    metadata: dict[str, str | int | bool] = {
        "detail": answer.reason,
        "source": answer.source,
        "enrolled": answer.enrolled,
        "version": int(answer.version),
    }
    if answer.bucket:
        metadata["bucket"] = int(answer.bucket)
    if answer.assignment_id:
        metadata["assignment_id"] = answer.assignment_id
    if answer.status is AnswerStatus.DEGRADED:
        metadata["status"] = answer.status.value
    return metadata
