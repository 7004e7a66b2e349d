"""One experiment's answer to a router: flat, all of it text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from experiments.assignment.compiled import CompiledExperiment
from experiments.assignment.decision import Decision
from experiments.exposures import ExposureRow

NO_POLICY: Mapping[str, str] = MappingProxyType({})


class AnswerStatus(StrEnum):
    """How an answer came about."""

    OK = "ok"
    DEGRADED = "degraded"
    UNKNOWN_EXPERIMENT = "unknown_experiment"
    MISSING_UNIT = "missing_unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the router is told of one experiment.

    `policy` has its plain fields only. `reason` says why the variant is served, "recorded" where
    an earlier row stands though things have changed; not all doors tell it.
    """

    status: AnswerStatus
    experiment: str
    variant: str = ""
    enrolled: bool = False
    source: str = "default"
    version: str = ""
    bucket: str = ""
    assignment_id: str = ""
    reason: str = ""
    policy: Mapping[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """Return the answer as the router reads it."""
        return {
            "status": self.status.value,
            "experiment": self.experiment,
            "variant": self.variant,
            "enrolled": "true" if self.enrolled else "false",
            "source": self.source,
            "version": self.version,
            "bucket": self.bucket,
            "assignment_id": self.assignment_id,
            **self.policy,
        }


def recorded(
    experiment: CompiledExperiment, row: ExposureRow, decision: Decision, status: AnswerStatus
) -> Answer:
    """Return the answer that a row of the log stands for; `decision` is what it would be now."""
    stands = (row.served_variant, row.eligible) != (decision.served_variant, decision.eligible)
    return Answer(
        status=status,
        experiment=row.experiment,
        variant=row.served_variant,
        enrolled=row.eligible,
        source=row.source,
        version=str(row.version),
        bucket="" if row.bucket is None else str(row.bucket),
        assignment_id=row.assignment_id,
        reason="recorded" if stands else decision.reason.value,
        policy=experiment.policy_fields.get(row.served_variant, NO_POLICY),
    )


def evaluated(
    experiment: CompiledExperiment, decision: Decision, status: AnswerStatus = AnswerStatus.OK
) -> Answer:
    """Return the answer of a decision that is not recorded: no report can name it."""
    return Answer(
        status=status,
        experiment=decision.experiment,
        variant=decision.served_variant,
        enrolled=decision.eligible,
        source=decision.source.value,
        version=str(decision.version),
        bucket="" if decision.bucket is None else str(decision.bucket),
        reason=decision.reason.value,
        policy=experiment.policy_fields[decision.served_variant],
    )


def without_unit(experiment: CompiledExperiment) -> Answer:
    """Return control: what the design randomises was not named."""
    control = experiment.definition.control.key
    return Answer(
        status=AnswerStatus.MISSING_UNIT,
        experiment=experiment.definition.key,
        variant=control,
        version=str(experiment.definition.version),
        policy=experiment.policy_fields[control],
    )
