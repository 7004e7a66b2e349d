"""Arms that alternate between windows of time: what the plan says of them."""

from dataclasses import dataclass

from experiments.plan.fields import Section
from experiments.plan.numbers import integer
from experiments.plan.yaml_lines import Scalar

LONGEST_BURN_IN = 1_440


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchback:
    """`window` names the column of the assignments that says which window a contact came in.

    `burn_in` minutes from the first contact of a window are left out: those before them still
    wait behind the other arm's contacts.
    """

    window: str = "window_id"
    burn_in: int = 15


def read_switchback(section: Section) -> Switchback | None:
    """Return what stands under `switchback`: the name of the column alone, or a mapping."""
    value = section.given("switchback")
    if value is None:
        return None
    if isinstance(value, Scalar):
        return Switchback(window=section.text("switchback"))
    inner = section.section("switchback")
    if inner is None:
        return None
    burn_in = integer(inner, "burn_in", low=0, high=LONGEST_BURN_IN)
    found = Switchback(
        window=inner.text("window") or "window_id", burn_in=15 if burn_in is None else burn_in
    )
    inner.refuse_unknown()
    return found
