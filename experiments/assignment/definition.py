"""What an experiment's assignment depends on, as a value that is sound once it exists."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.assignment.definition_rules import definition_violations
from experiments.assignment.hashing import BUCKETS
from experiments.assignment.program import Program
from experiments.assignment.saturation import Saturation
from experiments.assignment.schedule import Schedule
from experiments.errors import InvalidDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDefinition:
    """One policy and its share: `weight` of 10,000. Checked by the experiment it is part of."""

    key: str
    weight: int
    policy: Mapping[str, object] = field(default_factory=dict)
    is_control: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlacement:
    """The buckets from `start` to before `end` of a layer: there the experiment takes units.

    Experiments of one layer own disjoint ranges, so that a unit is in one of them at most.
    """

    salt: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentDefinition:
    """One version of an experiment, as far as the question "who gets what" goes.

    Variants stand in the order of their buckets. `coverage` of 10,000 takes part. `forced` maps
    canonical unit ids to variant keys. `unit` names what is randomised (customer, agent, ...); of
    a time slot a `schedule` says which there are. With a `saturation` a cluster draws first.
    Only units take part that meet everything it `requires`, of customers whom the `program` lets.

    Raises:
        InvalidDefinition: with every broken rule, named by its path (`variants[1].weight`).
    """

    key: str
    version: int
    salt: str
    variants: tuple[VariantDefinition, ...]
    unit: str = "customer"
    hash_version: int = 1
    coverage: int = BUCKETS
    targeting: Mapping[str, object] = field(default_factory=dict)
    layer: LayerPlacement | None = None
    forced: Mapping[str, str] = field(default_factory=dict)
    schedule: Schedule | None = None
    saturation: Saturation | None = None
    requires: tuple["Requirement", ...] = ()
    program: Program = field(default_factory=Program)
    paused: bool = False
    killed: bool = False

    def __post_init__(self) -> None:
        if violations := tuple(definition_violations(self)):
            raise InvalidDefinition(*violations)

    @property
    def control(self) -> VariantDefinition:
        """The variant that everyone gets who does not take part."""
        return next(variant for variant in self.variants if variant.is_control)

    @property
    def weights(self) -> tuple[tuple[str, int], ...]:
        """Variant keys and weights in the order of their buckets."""
        return tuple((variant.key, variant.weight) for variant in self.variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The unit is assigned by another experiment: to one of `variants`, or to any."""

    experiment: ExperimentDefinition
    variants: tuple[str, ...] = ()
