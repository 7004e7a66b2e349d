"""Worlds of amounts with a heavy tail, capped at a quantile of all arms, or where the plan says."""

from dataclasses import replace

import numpy as np
import scipy

from experiments.plan.winsorising import Winsorising
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.adjusting import METRIC
from tests.calibration.worlds import Looks, World, assigned, counted, moments, once, plan_of

BUYS, SPREAD, LOG_MIDDLE = 0.4, 1.5, 3.0
KNOWN = 150.0
RAISED = 1.2


def capped(name: str, winsorising: Winsorising) -> World:
    """Lognormal amounts of two in five, capped; a fifth more if treated."""
    share = winsorising.quantile

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        amount = rng.lognormal(LOG_MIDDLE, SPREAD, n) * (rng.random(n) < BUYS)
        y = amount * np.where(effect & (arm == 1), RAISED, 1.0)
        cap = KNOWN if share is None else float(np.quantile(y, share))
        arms, checks = counted(arm)
        found = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={"spend": moments(arm, ("y", "w"), np.column_stack([y, np.minimum(y, cap)]))},
            caps={"spend": cap},
        )
        return once(found)

    cap = KNOWN if share is None else _cap(share)
    control, patient = (_capped_mean(cap, times) for times in (1.0, RAISED))
    plain = BUYS * float(np.exp(LOG_MIDDLE + SPREAD**2 / 2))
    truth = {
        ("spend", "mean_difference"): (RAISED - 1) * plain,
        ("spend", "relative_difference"): RAISED - 1,
        ("spend", "mean_difference", "winsorised"): patient - control,
        ("spend", "relative_difference", "winsorised"): patient / control - 1,
        ("spend", "mean", "winsorised", "control"): control,
        ("spend", "mean", "winsorised", "patient"): patient,
    }
    metric = replace(METRIC, winsorising=winsorising)
    return World(name=name, plan=plan_of(metric), draw=draw, truth=truth)


def _cap(share: float) -> float:
    """Return the quantile of both arms together when the effect is at work."""

    def above(log: float) -> float:
        tails = scipy.stats.norm.sf(log - np.log([1.0, RAISED]), LOG_MIDDLE, SPREAD)
        return float(BUYS * tails.mean()) - (1 - share)

    return float(np.exp(scipy.optimize.brentq(above, 0.0, 20.0, xtol=1e-13)))


def _capped_mean(cap: float, times: float) -> float:
    """Return the mean of amounts `times` as large, when more than the cap counts as the cap."""
    place = (np.log(cap / times) - LOG_MIDDLE) / SPREAD
    below = times * np.exp(LOG_MIDDLE + SPREAD**2 / 2) * scipy.special.ndtr(place - SPREAD)
    return float(BUYS * (below + cap * scipy.special.ndtr(-place)))


CAPPING = (
    capped("revenue, heavy tail, one in a hundred capped", Winsorising(quantile=0.99)),
    capped("revenue, heavy tail, one in twenty capped", Winsorising(quantile=0.95)),
    capped("revenue, heavy tail, capped at an amount of the plan", Winsorising(cap=KNOWN)),
)
