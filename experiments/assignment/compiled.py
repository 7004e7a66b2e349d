"""An experiment made ready to answer: immutable, hashed and looked up, nothing parsed."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from experiments.assignment.allocation import bucket_ranges
from experiments.assignment.decision import Decision, Outcome, Reason, Source, decision_of
from experiments.assignment.definition import ExperimentDefinition, LayerPlacement
from experiments.assignment.hashing import Purpose, bucket_after, prefix
from experiments.assignment.policy import policy_fields
from experiments.assignment.targeting import Matcher, matcher

NO_ATTRIBUTES: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLayer:
    """A layer's range, its salt ready to be hashed."""

    prefix: bytes
    start: int
    end: int

    def holds(self, unit_id: str) -> bool:
        """Tell whether the unit falls into the range."""
        return self.start <= bucket_after(self.prefix, unit_id) < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledExperiment:
    """What `compile_experiment` makes: share it between threads, replace it as a whole.

    `cuts` holds start and end of every variant's range, ascending; the number of cuts at or
    below a bucket is the place of its outcome in `outcomes` (odd: a variant's, even: a gap's).
    """

    definition: ExperimentDefinition
    policy_fields: Mapping[str, Mapping[str, str]]
    prefix: bytes
    cuts: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    not_targeted: Outcome
    not_in_layer: Outcome
    is_targeted: Matcher | None
    layer: CompiledLayer | None
    forced: Mapping[str, str]

    @property
    def takes_all(self) -> bool:
        """Only the hash decides: no targeting, no layer, nobody forced."""
        return self.is_targeted is None and self.layer is None and not self.forced

    def decide(self, unit_id: str, attributes: Mapping[str, object] = NO_ATTRIBUTES) -> Decision:
        """Return what the unit gets. `unit_id` is canonical, attributes are plain JSON values."""
        bucket, outcome = self.place(unit_id, attributes)
        return decision_of(unit_id, bucket, outcome)

    def place(self, unit_id: str, attributes: Mapping[str, object]) -> tuple[int | None, Outcome]:
        """Return the unit's bucket and outcome: its decision, not yet made out to it."""
        bucket = None
        if self.is_targeted is not None and not self.is_targeted(attributes):
            outcome = self.not_targeted
        elif self.layer is not None and not self.layer.holds(unit_id):
            outcome = self.not_in_layer
        else:
            bucket = bucket_after(self.prefix, unit_id)
            outcome = self.outcomes[bisect_right(self.cuts, bucket)]
        if unit_id in self.forced:
            outcome = self._force(unit_id, outcome)
        return bucket, outcome

    def _force(self, unit_id: str, outcome: Outcome) -> Outcome:
        """Serve the listed variant, unless everyone is sent to control."""
        if self.definition.paused or self.definition.killed:
            return outcome._replace(forced=True)
        return outcome._replace(
            served_variant=self.forced[unit_id],
            source=Source.FORCED,
            forced=True,
            reason=Reason.FORCED,
        )


def compile_experiment(definition: ExperimentDefinition) -> CompiledExperiment:
    """Return the experiment ready to decide: do it once per configuration, not per call."""
    ranges = tuple(bucket_ranges(definition.weights, coverage=definition.coverage))
    return CompiledExperiment(
        definition=definition,
        policy_fields={each.key: policy_fields(each.policy) for each in definition.variants},
        prefix=prefix(Purpose.EXPERIMENT, definition.salt),
        cuts=tuple(cut for each in ranges for cut in (each.start, each.end)),
        outcomes=tuple(_outcomes(definition)),
        not_targeted=_outside(definition, Reason.NOT_TARGETED),
        not_in_layer=_outside(definition, Reason.NOT_IN_LAYER),
        is_targeted=matcher(definition.targeting) if definition.targeting else None,
        layer=_compiled_layer(definition.layer),
        forced=dict(definition.forced),
    )


def _outcomes(definition: ExperimentDefinition) -> Iterator[Outcome]:
    not_covered = _outside(definition, Reason.NOT_COVERED)
    for variant in definition.variants:
        yield not_covered
        yield _enrolled(definition, variant.key)
    yield not_covered


def _enrolled(definition: ExperimentDefinition, variant: str) -> Outcome:
    """Pause and kill change what is served, never what is assigned."""
    outcome = Outcome(
        experiment=definition.key,
        version=definition.version,
        assigned_variant=variant,
        served_variant=variant,
        source=Source.SERVICE,
        eligible=True,
        forced=False,
        reason=Reason.ENROLLED,
    )
    if not (definition.paused or definition.killed):
        return outcome
    reason = Reason.KILLED if definition.killed else Reason.PAUSED
    control = definition.control.key
    return outcome._replace(served_variant=control, source=Source.PAUSED, reason=reason)


def _outside(definition: ExperimentDefinition, reason: Reason) -> Outcome:
    control = definition.control.key
    return Outcome(
        experiment=definition.key,
        version=definition.version,
        assigned_variant=control,
        served_variant=control,
        source=Source.SERVICE,
        eligible=False,
        forced=False,
        reason=reason,
    )


def _compiled_layer(layer: LayerPlacement | None) -> CompiledLayer | None:
    if layer is None:
        return None
    return CompiledLayer(prefix=prefix(Purpose.LAYER, layer.salt), start=layer.start, end=layer.end)
