"""Score residuals of Cox's model: what each unit adds to the score (Lin and Wei 1989).

With Efron's tied events, numbered l = 0 .. d - 1, and the sums of the likelihood, a unit that
leaves at t has

    r = [x - (a1 S1 - a2 D1) / d]           if it churns, with e = exp(x'b)
        + e [x a2 - (a4 S1 - a5 D1)]        if it churns: it was at risk for d - l of the d steps
        - e sum [x a1 - (a3 S1 - a4 D1)]    over the event times at which it was at risk
"""

import numpy as np
from numpy.typing import NDArray

from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_likelihood import RiskSums, at_event, exposure, risk_sums
from impact.stats.survival.cox_sample import RiskSets
from impact.stats.survival.cox_ties import Ties, tied_events
from impact.stats.survival.life_table import Floats


def score_residuals(sets: RiskSets, fit: CoxFit, ties: Ties) -> Floats:
    """Return the residual of one unit of each cell that was kept, in the units of the design.

    >>> from impact.stats.survival.cox import cox
    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> sample = CoxSample(time=[1, 2, 3, 4], event=[1, 1, 1, 1], design=[[1], [0], [1], [0]],
    ...                    terms=("arm",))
    >>> fit = cox(sample)
    >>> residuals = score_residuals(sample.risk_sets, fit, Ties.EFRON)
    >>> residuals.ravel().round(4).tolist(), bool(abs(residuals.sum()) < 1e-9)  # they sum to 0
    ([0.1798, -0.3375, -0.2683, 0.426], True)
    """
    return residuals_at(sets, fit.coefficients, ties)


def residuals_at(sets: RiskSets, coefficients: Floats, ties: Ties) -> Floats:
    """Return the same at any coefficients; at 0 they are those of the log-rank test.

    >>> from impact.stats.survival.cox_sample import CoxSample
    >>> sample = CoxSample(time=[1, 2], event=[1, 1], design=[[1], [0]], terms=("arm",))
    >>> residuals_at(sample.risk_sets, np.zeros(1), Ties.EFRON).ravel().tolist()
    [0.25, 0.25]
    """
    sums = risk_sums(sets, tied_events(sets.deaths, ties), coefficients * sets.scale)
    hazard = sums.relative[:, None] * _expected(sets, sums)
    return (_observed(sets, sums) - hazard) * sets.scale


def _observed(sets: RiskSets, sums: RiskSums) -> Floats:
    """Return x less its mean over the tied steps for cells that churn, 0 for the others."""
    a1, a2, *_ = (part[:, None] for part in sums.efron)
    mean = (a1 * sums.s1 - a2 * sums.d1) / sets.deaths[:, None]
    return np.where(_churned(sets), sets.design - at_event(sets, mean), 0.0)


def _expected(sets: RiskSets, sums: RiskSums) -> Floats:
    """Return what a unit of relative hazard 1 was expected to add while it was at risk."""
    a1, a2, a3, a4, a5 = (part[:, None] for part in sums.efron)
    while_at_risk = sets.design * exposure(sets, a1) - exposure(sets, a3 * sums.s1 - a4 * sums.d1)
    early = sets.design * at_event(sets, a2) - at_event(sets, a4 * sums.s1 - a5 * sums.d1)
    return while_at_risk - np.where(_churned(sets), early, 0.0)


def _churned(sets: RiskSets) -> NDArray[np.bool_]:
    return sets.events[:, None] > 0
