"""The client as a provider of OpenFeature, in the same process: it needs `openfeature-sdk`.

An evaluation records *assigned*, once per unit; `track` with a flag's key says that the treatment
was applied.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent, ProviderEventDetails
from openfeature.exception import (
    FlagNotFoundError,
    GeneralError,
    InvalidContextError,
    OpenFeatureError,
    ProviderNotReadyError,
    TargetingKeyMissingError,
    TypeMismatchError,
)
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType
from openfeature.provider import AbstractProvider, Metadata
from openfeature.track import TrackingEventDetails

from experiments.client.answer import Assignment
from experiments.client.client import Client
from experiments.client.flags import assignment, metadata, reason, value

Details = FlagResolutionDetails[Any]
PATIENCE_SECONDS = 5.0
REFUSALS: Mapping[str, Callable[[str], OpenFeatureError]] = {
    "no_ruleset": ProviderNotReadyError,
    "unknown_experiment": FlagNotFoundError,
    "missing_unit": TargetingKeyMissingError,
    "invalid_value": InvalidContextError,
}
EVENTS = {
    "changed": ProviderEvent.PROVIDER_CONFIGURATION_CHANGED,
    "stale": ProviderEvent.PROVIDER_STALE,
    "fresh": ProviderEvent.PROVIDER_READY,
}


class EquipoiseProvider(AbstractProvider):
    """Evaluates flags by a client; what it is told to shut down closes the client."""

    def __init__(self, client: Client, *, patience: float = PATIENCE_SECONDS) -> None:
        super().__init__()
        self._client, self._patience = client, patience
        client.listen(self._hear)

    def get_metadata(self) -> Metadata:
        """Return the provider's name."""
        return Metadata(name="equipoise")

    def initialize(self, evaluation_context: EvaluationContext) -> None:  # noqa: ARG002  # the SDK's signature
        """Wait for a rule set."""
        if not self._client.wait(self._patience):
            raise ProviderNotReadyError(self._client.status().trouble or "no rule set yet")

    def shutdown(self) -> None:
        """Close the client."""
        self._client.close()

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,  # noqa: ARG002  # as above
    ) -> None:
        """Say that the treatment of the flag of that name was applied."""
        if evaluation_context is not None and evaluation_context.targeting_key:
            self._assigned(tracking_event_name, evaluation_context).expose()

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,  # noqa: FBT001, ARG002  # as above
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Return a flag whose variants are true and false."""
        return self._resolved(flag_key, evaluation_context, bool)

    def resolve_string_details(
        self,
        flag_key: str,
        default_value: str,  # noqa: ARG002  # as above
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """Return a flag whose variants are texts."""
        return self._resolved(flag_key, evaluation_context, str)

    def resolve_integer_details(
        self,
        flag_key: str,
        default_value: int,  # noqa: ARG002  # as above
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[int]:
        """Return a flag whose variants are integers."""
        return self._resolved(flag_key, evaluation_context, int)

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,  # noqa: ARG002  # as above
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """Return a flag whose variants are numbers."""
        return self._resolved(flag_key, evaluation_context, float)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],  # noqa: ARG002  # as above
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """Return a flag whose variants are policy documents."""
        return self._resolved(flag_key, evaluation_context, dict)

    def _resolved(self, flag: str, context: EvaluationContext | None, kind: type) -> Details:
        ended = self._client.ruleset.concluded.get(flag)
        if ended is not None:
            control = ended.control.key
            told: dict[str, Any] = {"detail": "concluded", "enrolled": False}
            return _details(value(ended, control), kind, control, "DISABLED", told)
        if context is None or not context.targeting_key:
            raise TargetingKeyMissingError("the context has no targeting key")
        found = self._assigned(flag, context)
        if found.compiled is None or found.source == "default":
            raise REFUSALS.get(found.reason, GeneralError)(f"{flag}: {found.reason}")
        found.record()
        worth = value(found.compiled.definition, found.variant)
        return _details(worth, kind, found.variant, reason(found), metadata(found))

    def _assigned(self, flag: str, context: EvaluationContext) -> Assignment:
        key = context.targeting_key or ""
        return assignment(self._client, flag, key, dict(context.attributes))

    def _hear(self, what: str) -> None:
        self.emit(EVENTS[what], ProviderEventDetails(message=what))


def _details(
    worth: object, kind: type, variant: str, reason: str, told: Mapping[str, Any]
) -> Details:
    if type(worth) is not kind:
        raise TypeMismatchError(f"is of the type {type(worth).__name__}, not {kind.__name__}")
    return FlagResolutionDetails(
        value=worth, variant=variant, reason=reason, flag_metadata=dict(told)
    )
