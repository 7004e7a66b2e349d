"""Two proportions: how many units the score test needs, and what it sees with those it gets.

`control` and `variant` are the shares of units for whom it happens, `share` the variant's share
of the units compared; numbers of units are those of both arms together.
"""

import math

from experiments.design.bounds import check_between, check_positive, refuse
from experiments.design.demands import NORMAL, USUAL, Demands, Unreachable
from experiments.design.log_rank import share_product
from experiments.design.roots import crossing

SMALLEST = 1e-12


def units_needed(
    control: float, variant: float, *, share: float = 0.5, demands: Demands = USUAL
) -> float:
    """Return the units of both arms that show the difference, not rounded.

    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4.4, without
    continuity correction; at equal arms half of it is R's `power.prop.test`.

    Raises:
        InvalidRequest: a proportion or share outside of 0 to 1, or no difference.

    >>> round(units_needed(0.10, 0.12) / 2, 3)
    3840.847
    """
    if control == variant:
        refuse("variant", variant, "must differ from control: no size shows no effect")
    pooled, apart = _deviations(control, variant, share)
    return ((demands.z_alpha * pooled + demands.z_power * apart) / (variant - control)) ** 2


def power(
    units: float, control: float, variant: float, *, share: float = 0.5, alpha: float = 0.05
) -> float:
    """Return the chance that so many units of both arms show the difference.

    The inverse of `units_needed`: only the right direction counts as found.

    Raises:
        InvalidRequest: units not positive, a proportion, share or alpha outside of 0 to 1.

    >>> round(power(2 * 3840.84748243445, 0.10, 0.12), 6)
    0.8
    """
    check_positive("units", units)
    check_between("alpha", alpha, 0, 1)
    pooled, apart = _deviations(control, variant, share)
    drift = math.sqrt(units) * abs(variant - control)
    return NORMAL.cdf((drift - NORMAL.inv_cdf(1 - alpha / 2) * pooled) / apart)


def detectable_proportion(
    units: float, control: float, *, rises: bool, share: float = 0.5, demands: Demands = USUAL
) -> float | Unreachable:
    """Return the variant's proportion nearest to control's that so many units show.

    Raises:
        InvalidRequest: units not positive, a proportion or share outside of 0 to 1.

    >>> round(detectable_proportion(2 * 3840.84748243445, 0.10, rises=True), 6)
    0.12
    >>> detectable_proportion(20, 0.10, rises=False)
    Unreachable(reason='Too few units: no fall from 10%, however large, would show.')
    """
    span = (1 - control if rises else control) * (1 - SMALLEST)
    sign = 1 if rises else -1

    def found(change: float) -> float:
        return power(units, control, control + sign * change, share=share, alpha=demands.alpha)

    if found(span) < demands.power:
        way = "rise" if rises else "fall"
        reason = f"Too few units: no {way} from {100 * control:.3g}%, however large, would show."
        return Unreachable(reason=reason)
    return control + sign * crossing(found, demands.power, span * SMALLEST, span)


def _deviations(control: float, variant: float, share: float) -> tuple[float, float]:
    """Return the deviations of the difference times the root of n, without and with an effect."""
    check_between("control", control, 0, 1)
    check_between("variant", variant, 0, 1)
    pooled = (1 - share) * control + share * variant
    together = math.sqrt(pooled * (1 - pooled) / share_product(share))
    apart = control * (1 - control) / (1 - share) + variant * (1 - variant) / share
    return together, math.sqrt(apart)
