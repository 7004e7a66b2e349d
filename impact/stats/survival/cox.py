"""Cox's proportional hazards model from counts: the maximum, its errors and its tests.

Newton's method with step halving on a concave likelihood. A model without a maximum (separated
terms, collinear columns, no events) is answered with the reason.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_likelihood import Likelihood, likelihood
from impact.stats.survival.cox_sample import CoxSample, RiskSets
from impact.stats.survival.cox_ties import Tied, Ties, tied_events
from impact.stats.survival.life_table import Floats

MAXIMUM_ITERATIONS = 60
DECREMENT_TO_STOP = 1e-12  # after the step that follows, the error is about its square
FLAT_DECREMENT = 1e-8
LONG_STEP = 0.1  # on the scale of the log hazard over a term's whole range
COLLINEAR = 1e-11
NO_INFORMATION = 1e-13
HALVINGS = 30
INVOLVED = 1e-3  # of a unit vector


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """The fitted model; arrays follow `terms`.

    `score_statistic`, `likelihood_ratio` and `wald` test that all coefficients are 0, each on
    `df` degrees of freedom.
    """

    terms: tuple[str, ...]
    coefficients: Floats
    std_errors: Floats
    covariance: Floats
    log_likelihood_null: float
    log_likelihood: float
    score_statistic: float
    likelihood_ratio: float
    wald: float
    df: int
    iterations: int
    n: int
    events: int


def cox(sample: CoxSample, ties: Ties = Ties.EFRON) -> CoxFit | NotEstimable:
    """Fit by maximum partial likelihood.

    >>> fit = cox(CoxSample(time=[1, 2, 3, 4], event=[1, 1, 1, 1], design=[[1], [0], [1], [0]],
    ...                     terms=("arm",)))
    >>> fit.coefficients.round(4).tolist(), fit.std_errors.round(4).tolist()
    ([0.9406], [1.2403])
    >>> cox(CoxSample(time=[1, 2], event=[0, 0], design=[[1], [0]], terms=("arm",))).reason
    'no events'
    """
    sets = sample.risk_sets
    if not sets.events.any():
        return NotEstimable("no events")
    tied = tied_events(sets.deaths, ties)
    null = likelihood(sets, tied, np.zeros(len(sample.terms)))
    problem = _not_identified(null, sample.terms, float(sets.events.sum()))
    return problem or _maximise(sets, tied, null, sample.terms)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    beta: Floats
    here: Likelihood
    iterations: int


def _maximise(
    sets: RiskSets, tied: Tied, null: Likelihood, terms: tuple[str, ...]
) -> CoxFit | NotEstimable:
    """Climb from 0 until the next step promises nothing more."""
    beta, here = np.zeros(len(terms)), null
    span = np.ptp(sets.design, axis=0)
    for iteration in range(1, MAXIMUM_ITERATIONS + 1):
        step = _solve(here.information, here.score)
        if step is None:
            return NotEstimable("the partial likelihood has no maximum")
        decrement = float(here.score @ step)
        if decrement < FLAT_DECREMENT and np.abs(step * span).max() > LONG_STEP:
            return _unbounded(terms[int(np.abs(step * span).argmax())])
        beta, here = _climb(sets, tied, (beta, here), step)
        if decrement < DECREMENT_TO_STOP:
            return _result(sets, terms, null, _Step(beta=beta, here=here, iterations=iteration))
    return NotEstimable(f"no convergence in {MAXIMUM_ITERATIONS} iterations")


def _climb(
    sets: RiskSets, tied: Tied, start: tuple[Floats, Likelihood], step: Floats
) -> tuple[Floats, Likelihood]:
    """Take the step, halved until it does not go down by more than rounding."""
    beta, here = start
    floor = here.value - 1e-9 * (1 + abs(here.value) * 1e-3)
    for _ in range(HALVINGS):
        there = likelihood(sets, tied, beta + step)
        if there.value >= floor:
            return beta + step, there
        step = step / 2
    return beta, here


def _solve(information: Floats, score: Floats) -> Floats | None:
    """Return the Newton step; None when the information is not positive definite."""
    try:
        factor = linalg.cho_factor(information)
    except linalg.LinAlgError:
        return None
    step: Floats = linalg.cho_solve(factor, score)
    return step


def _not_identified(null: Likelihood, terms: tuple[str, ...], events: float) -> NotEstimable | None:
    """Return why the information at 0 is singular, naming the terms; None when it is not."""
    own = np.diagonal(null.information) / events
    if (own < NO_INFORMATION).any():
        idle = terms[int(own.argmin())]
        return NotEstimable(f"{idle} is the same for all who are at risk when events happen")
    root = np.sqrt(np.diagonal(null.information))
    values, vectors = np.linalg.eigh(null.information / np.outer(root, root))
    if values[0] > COLLINEAR:
        return None
    involved = [
        term for term, part in zip(terms, vectors[:, 0], strict=True) if abs(part) > INVOLVED
    ]
    return NotEstimable(f"{', '.join(involved)} determine each other")


def _unbounded(term: str) -> NotEstimable:
    return NotEstimable(
        f"the coefficient of {term} grows without bound: one side of it has no events to set "
        "against the other"
    )


def _result(
    sets: RiskSets, terms: tuple[str, ...], null: Likelihood, end: _Step
) -> CoxFit | NotEstimable:
    """Bring the maximum back to the units of the design and test it against 0."""
    covariance = linalg.inv(end.here.information)
    step = _solve(null.information, null.score)
    if step is None:
        return NotEstimable("the information at 0 is singular")
    scaled = covariance / np.outer(sets.scale, sets.scale)
    return CoxFit(
        terms=terms,
        coefficients=end.beta / sets.scale,
        std_errors=np.sqrt(np.diagonal(scaled)),
        covariance=scaled,
        log_likelihood_null=null.value,
        log_likelihood=end.here.value,
        score_statistic=float(null.score @ step),
        likelihood_ratio=2 * (end.here.value - null.value),
        wald=float(end.beta @ end.here.information @ end.beta),
        df=len(terms),
        iterations=end.iterations,
        n=int(sets.n.sum()),
        events=int(sets.events.sum()),
    )
