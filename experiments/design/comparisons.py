"""Which comparison decides the size, and what is left of an effect that not everybody gets."""

from collections.abc import Iterable
from dataclasses import dataclass

from experiments.design.bounds import check_positive, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A variant against control.

    `part` is the share of all enrolled units that these two arms hold, `share` the variant's
    share of the two.
    """

    variant: str
    part: float
    share: float


def smallest_comparison(weights: Iterable[tuple[str, int]], control: str) -> Comparison:
    """Return the comparison with the fewest units: if it is large enough, all are.

    Each variant is compared with control on its own, without a correction for their number.

    Raises:
        InvalidRequest: control or all other variants have no weight.

    >>> smallest_comparison([("a", 5000), ("b", 3000), ("c", 2000)], "a").variant
    'c'
    >>> smallest_comparison([("a", 2500), ("b", 7500)], "a")
    Comparison(variant='b', part=1.0, share=0.75)
    """
    shares = dict(weights)
    own = shares.pop(control, 0)
    whole = own + sum(shares.values())
    variant, other = min(shares.items(), key=lambda pair: pair[1], default=("", 0))
    check_positive("weight of control", own)
    check_positive("weight of the smallest variant", other)
    return Comparison(variant=variant, part=(own + other) / whole, share=other / (own + other))


def diluted(change: float, adherence: float) -> float:
    """Return the change that shows when only a share of the assigned get what was assigned.

    The others behave as control, so the arm's mean, proportion or (at the start) hazard moves by
    that share of the change. The numbers needed grow by about one over its square (Lachin and
    Foulkes 1986, Biometrics 42:507).

    Raises:
        InvalidRequest: an adherence that is not above 0 and at most 1.

    >>> round(diluted(-0.07, 0.7), 6)
    -0.049
    """
    if not 0 < adherence <= 1:
        refuse("adherence", adherence, "must be above 0 and at most 1")
    return change * adherence


def diluted_ratio(hazard_ratio: float, adherence: float) -> float:
    """Return the hazard ratio that shows when only a share of the assigned get the policy.

    At the start the hazard of the variant's arm is the mean over who gets it and who does not.
    Later those with the higher hazard have left, and the ratio moves a little further towards 1.

    Raises:
        InvalidRequest: a ratio that is not positive, an adherence not above 0 and at most 1.

    >>> round(diluted_ratio(0.93, 0.7), 6)
    0.951
    """
    check_positive("hazard_ratio", hazard_ratio)
    return 1 + diluted(hazard_ratio - 1, adherence)
