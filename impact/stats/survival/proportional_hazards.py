"""Does a coefficient of Cox's model change over time? The score test, exact from counts.

Grambsch and Therneau (1994) add g(t) x to the model for each term x. The test asks whether the
likelihood, at the fitted coefficients and 0 for the added ones, climbs with them: it needs no
second fit. With V(t) the information that the events at t give, the added terms have

    score       = sum g(t) (x of an event - its expectation)
    information = H3 - H2' inverse(H1) H2, where H1, H2, H3 = sum V, sum g V, sum g^2 V

No approximation is made of V(t), which older programs take for constant (their tests differ).
Where g starts and in which unit it counts changes nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_likelihood import (
    RiskSums,
    at_event,
    information,
    risk_sums,
)
from impact.stats.survival.cox_sample import CoxSample, RiskSets
from impact.stats.survival.cox_ties import Ties, tied_events
from impact.stats.survival.life_table import Floats
from impact.stats.survival.time_scale import TimeScale, scaled_times

NOTHING_LEFT = 1e-9  # of a term's information in H3: what is left of less is rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProportionalHazards:
    """The added terms, in the order of `terms`: their score and the information behind it.

    Both are on the scale of terms, and of g, of unit deviation.
    """

    terms: tuple[str, ...]
    scale: TimeScale
    score: Floats
    information: Floats

    def test(self, *terms: str) -> "ChangeTest":
        """Test some terms together, each of the others held constant; without any named, all."""
        chosen = [self.terms.index(term) for term in terms or self.terms]
        score, spread = self.score[chosen], self.information[np.ix_(chosen, chosen)]
        statistic = float(score @ linalg.cho_solve(linalg.cho_factor(spread), score))
        return ChangeTest(
            statistic=statistic,
            df=len(chosen),
            p_value=float(special.chdtrc(len(chosen), statistic)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTest:
    """A chi-square test that coefficients stay what they are over time."""

    statistic: float
    df: int
    p_value: float


def proportional_hazards(
    sample: CoxSample,
    fit: CoxFit,
    *,
    scale: TimeScale = TimeScale.KAPLAN_MEIER,
    ties: Ties = Ties.EFRON,
) -> ProportionalHazards | NotEstimable:
    """Return what tests the terms of the model that was fitted to the sample with these `ties`.

    >>> from impact.stats.survival.cox import cox
    >>> sample = CoxSample(time=[9, 1, 1, 6, 6, 8], event=[1, 1, 0, 1, 1, 0], terms=("x",),
    ...                    design=[[0], [1], [1], [1], [0], [0]])
    >>> found = proportional_hazards(sample, cox(sample), scale=TimeScale.IDENTITY).test("x")
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (0.2387, 1, 0.6252)
    """
    sets = sample.risk_sets
    clock = scaled_times(sample, scale)
    if isinstance(clock, NotEstimable):
        return clock
    sums = risk_sums(sets, tied_events(sets.deaths, ties), fit.coefficients * sets.scale)
    return _added(sample.terms, scale, sets, (sums, _standardised(clock, sets.deaths)))


def _standardised(clock: Floats, deaths: Floats) -> Floats:
    """Centre g at its mean over the events and bring it to unit deviation."""
    centred = clock - (deaths @ clock) / deaths.sum()
    spread = float(np.sqrt(deaths @ centred**2 / deaths.sum()))
    weight: Floats = centred / (spread or 1.0)
    return weight


def _added(
    terms: tuple[str, ...], scale: TimeScale, sets: RiskSets, data: tuple[RiskSums, Floats]
) -> ProportionalHazards | NotEstimable:
    """Return the added terms' score and information, those of the fitted terms taken out."""
    sums, weight = data
    a1, a2, *_ = sums.efron
    score = (sets.events * at_event(sets, weight)) @ sets.design
    score -= (weight * a1) @ sums.s1 - (weight * a2) @ sums.d1
    first, mixed, added = (_weighted(sets, sums, weight**power) for power in range(3))
    left = added - mixed @ linalg.cho_solve(linalg.cho_factor(first), mixed)
    own = np.diagonal(left) <= NOTHING_LEFT * np.diagonal(first)
    if own.any():
        return NotEstimable(f"a change of {terms[int(own.argmax())]} over time cannot be told")
    if not _independent(left):
        return NotEstimable("changes of the terms over time cannot be told apart")
    return ProportionalHazards(
        terms=terms,
        scale=scale,
        score=score,
        information=left,
    )


def _weighted(sets: RiskSets, sums: RiskSums, weight: Floats) -> Floats:
    a1, a2, a3, a4, a5 = sums.efron
    efron = (weight * a1, weight * a2, weight * a3, weight * a4, weight * a5)
    return information(sets, sums, efron)


def _independent(matrix: Floats) -> bool:
    """Whether no combination of the columns is rounding alone."""
    root = np.sqrt(np.diagonal(matrix))
    return bool(np.linalg.eigvalsh(matrix / np.outer(root, root))[0] > NOTHING_LEFT)
