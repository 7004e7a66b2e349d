"""The difference between arms that alternate in time, tested by other draws of the windows."""

import math

import numpy as np

from impact.stats.clusters.randomisation import drawn_arms
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.switchback.windows import Floats, Windows, not_usable

TIES = 1e-9


def drawn_effect(
    windows: Windows, *, level: float, rng: np.random.Generator
) -> Inference | NotEstimable:
    """Return the difference of `window_effect`, tested by what other draws would have shown.

    Draws keep how many windows of a block were treated, of a day where there are no blocks. The
    statistic is the difference in units of the draw's own spread, 0 where it has none, and the
    interval holds the effects, the same in every window, that are not rejected (Bojinov,
    Simchi-Levi and Zhao 2023; Rosenbaum 2002). No standard error.

    >>> windows = Windows(total=np.array([5.0, 9, 6, 8, 4, 9, 5, 8]), weight=np.ones(8),
    ...     n=np.ones(8), treated=np.arange(8) % 2 == 1, day=np.arange(8) // 4)
    >>> found = drawn_effect(windows, level=0.9, rng=np.random.default_rng(0))
    >>> round(found.value, 6), round(found.p_value, 6)  # of 36 draws two are as extreme
    (3.5, 0.055556)
    >>> round(found.ci_low, 6), round(found.ci_high, 6)
    (2.0, 5.0)
    """
    if (reason := not_usable(windows)) is not None:
        return reason
    draws = drawn_arms(windows.treated, windows.drawn_in, rng=rng)
    if isinstance(draws, NotEstimable):
        return draws
    effects, weight = windows.effects, windows.weight
    own = effects.off(windows.treated.astype(np.float64))
    size = math.sqrt(float((weight * own**2).sum()))
    if size <= TIES * math.sqrt(float(weight.sum())):
        return NotEstimable("no day has windows of both arms")
    if _is_constant(windows):
        return NotEstimable("zero variance: all windows have the same value")
    apart = effects.off(draws.astype(np.float64))
    spread = np.sqrt((weight * apart**2).sum(axis=1))
    says = spread > TIES * size
    apart[~says], spread[~says] = 0.0, 1.0
    observed = float(own @ windows.total) / size
    others = (apart @ windows.total) / spread
    carried = (apart @ (weight * windows.treated)) / spread
    slack = TIES * (abs(observed) + float(np.abs(others).max()))
    low, high = _limits(observed, size, others, carried, level)
    if not (math.isfinite(low) and math.isfinite(high)):
        return NotEstimable(
            f"{len(draws)} draws of the windows are possible: too few for an interval"
        )
    p_value = float((np.abs(others) >= abs(observed) - slack).mean())
    return Inference(value=observed / size, ci_low=low, ci_high=high, p_value=p_value)


def _is_constant(windows: Windows) -> bool:
    means = windows.total / windows.weight
    return float(np.ptp(means)) <= TIES * float(np.abs(means).max())


def _limits(
    observed: float, size: float, others: Floats, carried: Floats, level: float
) -> tuple[float, float]:
    """Return the effects under which more than 1 - level of the draws are as extreme.

    Under an effect b a draw's statistic is other - b carried, the true one observed - b size, and
    no draw carries more than size: the sizes are equal at two places around observed / size.
    """
    slack = TIES * (abs(observed) + float(np.abs(others).max()))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack(
            [(observed - others) / (size - carried), (observed + others) / (size + carried)]
        )
    always = (size - np.abs(carried) <= TIES * size) & (
        np.abs(np.abs(others) - abs(observed)) <= slack
    )
    lows = np.where(always, -np.inf, np.fmin(*ends))
    highs = np.where(always, np.inf, np.fmax(*ends))
    rejected = math.floor(round((1 - level) * len(others), 9))
    return float(np.sort(lows)[rejected]), float(np.sort(highs)[::-1][rejected])
