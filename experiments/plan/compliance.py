"""What a unit received, where that may differ from what it was assigned to: read from the plan."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Scalar


class DoseUnit(StrEnum):
    """What a dose of handling is counted in."""

    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """The columns of the assignments that say what a unit received; at least one is given.

    `received` is yes or no, or `served_variant`. `dose` is a number: the handling that the unit
    got, counted in `dose_unit` (empty without a dose).
    """

    received: str = ""
    dose: str = ""
    dose_unit: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are given."""
        return tuple(name for name in (self.received, self.dose) if name)


def read_compliance(section: Section) -> Compliance | None:
    """Return what stands under `compliance`: one column alone is `received`."""
    value = section.given("compliance")
    if value is None:
        return None
    if isinstance(value, Scalar):
        return Compliance(received=section.text("compliance"))
    inner = section.section("compliance")
    if inner is None:
        return None
    dose = inner.text("dose")
    unit = inner.choice("dose_unit", DoseUnit, default=DoseUnit.MINUTE)
    found = Compliance(
        received=inner.text("received"), dose=dose, dose_unit=unit.value if dose else ""
    )
    if not found.columns:
        inner.refuse("received", "needs received or dose: the column that says what a unit got")
    if inner.given("dose_unit") is not None and not dose:
        inner.refuse("dose_unit", "only a dose has a unit")
    inner.refuse_unknown()
    return found
