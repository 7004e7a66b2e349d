"""An experiment made ready to answer: immutable, hashed and looked up, nothing parsed."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from experiments.assignment.allocation import bucket_ranges
from experiments.assignment.calendar import Calendar, calendar_of
from experiments.assignment.decision import Decision, Outcome, Reason, Source, decision_of
from experiments.assignment.definition import ExperimentDefinition, LayerPlacement, Requirement
from experiments.assignment.hashing import Purpose, begun, bucket_after, bucket_from, prefix
from experiments.assignment.outcomes import outcomes_of, outside
from experiments.assignment.placing import Placer, placer_of
from experiments.assignment.policy import policy_fields
from experiments.assignment.program import Gate, gate_of
from experiments.assignment.requirements import CUSTOMER
from experiments.assignment.targeting import Matcher, matcher

if TYPE_CHECKING:
    from hashlib import _Hash

NO_ATTRIBUTES: Mapping[str, object] = MappingProxyType({})
NOTHING: Mapping[str, str | int] = MappingProxyType({})
NOBODY: Mapping[str, str] = {}
EXCLUDING = (Reason.NEVER_TREAT, Reason.HOLDOUT, Reason.PREREQUISITE)


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
    begun: "_Hash" = field(compare=False, repr=False)
    cuts: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    not_targeted: Outcome
    not_in_layer: Outcome
    is_targeted: Matcher | None
    layer: CompiledLayer | None
    forced: Mapping[str, str]
    placer: Placer | None = None
    calendar: Calendar | None = None
    excludes: Gate | None = None
    excluded: Mapping[Reason, Outcome] = field(default_factory=dict)
    requires: tuple["CompiledRequirement", ...] = ()

    @property
    def takes_all(self) -> bool:
        """Only the hash decides: no targeting, no layer, no other draw, no list, no requirement."""
        plain = self.is_targeted is None and self.layer is None and self.placer is None
        return plain and self.excludes is None and not self.requires and not self.forced

    def at(self, arrived_at: datetime) -> Mapping[str, str | int]:
        """Return what a schedule says of a time of arrival: nothing where there is no schedule.

        `window_id` is the slot, the unit where time slots are randomised; `window_minute` counts
        the whole minutes since the slot began and `window_block` names the slots among which it was
        drawn, where the schedule has it. Put them among the attributes of a question, and into what
        is recorded with its answer.
        """
        return NOTHING if self.calendar is None else self.calendar.at(arrived_at)

    def drawn(self, attributes: Mapping[str, object]) -> Mapping[str, str | int]:
        """Return what was drawn before the unit and is recorded with it: `saturation`, in per cent.

        Nothing but where clusters draw how many of their units are treated.
        """
        return NOTHING if self.placer is None else self.placer.drawn(attributes)

    def decide(
        self,
        unit_id: str,
        attributes: Mapping[str, object] = NO_ATTRIBUTES,
        customer_id: str | None = None,
    ) -> Decision:
        """Return what the unit gets. `unit_id` is canonical, attributes are plain JSON values.

        `customer_id`, canonical, is whose contact it is, where that is not the unit: the program
        may keep that customer out of all experiments.
        """
        bucket, outcome = self.place(unit_id, attributes, customer_id)
        return decision_of(unit_id, bucket, outcome)

    def place(
        self, unit_id: str, attributes: Mapping[str, object], customer_id: str | None = None
    ) -> tuple[int | None, Outcome]:
        """Return the unit's bucket and outcome: its decision, not yet made out to it."""
        bucket = None
        if self.excludes is not None:
            customer = unit_id if self.definition.unit == CUSTOMER else customer_id
            reason = None if customer is None else self.excludes(customer)
            if reason is not None:
                return None, self.excluded[reason]
        if self.is_targeted is not None and not self.is_targeted(attributes):
            outcome = self.not_targeted
        elif self.layer is not None and not self.layer.holds(unit_id):
            outcome = self.not_in_layer
        elif self.requires and not all(each.is_met(unit_id, attributes) for each in self.requires):
            outcome = self.excluded[Reason.PREREQUISITE]
        elif self.placer is not None:
            bucket, outcome = self.placer.place(unit_id, attributes)
        else:
            bucket = bucket_from(self.begun, unit_id)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRequirement:
    """Another experiment by which the unit must be assigned."""

    experiment: CompiledExperiment
    variants: frozenset[str]

    def is_met(self, unit_id: str, attributes: Mapping[str, object]) -> bool:
        """Tell whether that experiment assigns the unit as required, whatever it serves."""
        _, outcome = self.experiment.place(unit_id, attributes)
        return outcome.eligible and (not self.variants or outcome.assigned_variant in self.variants)


def compile_experiment(definition: ExperimentDefinition) -> CompiledExperiment:
    """Return the experiment ready to decide: do it once per configuration, not per call."""
    start = prefix(Purpose.EXPERIMENT, definition.salt)
    return CompiledExperiment(
        definition=definition,
        policy_fields={each.key: policy_fields(each.policy) for each in definition.variants},
        prefix=start,
        begun=begun(start),
        cuts=_cuts(tuple(weight for _, weight in definition.weights), definition.coverage),
        outcomes=tuple(outcomes_of(definition)),
        not_targeted=outside(definition, Reason.NOT_TARGETED),
        not_in_layer=outside(definition, Reason.NOT_IN_LAYER),
        is_targeted=matcher(definition.targeting) if definition.targeting else None,
        layer=_compiled_layer(definition.layer),
        forced=dict(definition.forced) if definition.forced else NOBODY,
        placer=placer_of(definition),
        calendar=calendar_of(definition.schedule) if definition.schedule else None,
        excludes=gate_of(definition.program),
        excluded={reason: outside(definition, reason) for reason in EXCLUDING},
        requires=tuple(map(_compiled_requirement, definition.requires)),
    )


def _compiled_requirement(requirement: Requirement) -> CompiledRequirement:
    return CompiledRequirement(
        experiment=compile_experiment(requirement.experiment),
        variants=frozenset(requirement.variants),
    )


@lru_cache
def _cuts(weights: tuple[int, ...], coverage: int) -> tuple[int, ...]:
    """Return where ranges start and end; experiments of the same weights share the numbers."""
    ranges = bucket_ranges((("", weight) for weight in weights), coverage=coverage)
    return tuple(cut for each in ranges for cut in (each.start, each.end))


def _compiled_layer(layer: LayerPlacement | None) -> CompiledLayer | None:
    if layer is None:
        return None
    return CompiledLayer(prefix=prefix(Purpose.LAYER, layer.salt), start=layer.start, end=layer.end)
