"""Surveys after handled contacts: few answer, and the very happy and the unhappy more often."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.simulation.centre import Outcome
from impact.simulation.churn import LONG_WAIT_SECONDS

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SENT_SHARE = 0.6
ANSWER_DELAY_SECONDS = 5400
MIDDLE, RESOLVED_GAIN, WAIT_LOSS, CARE_GAIN, SPREAD = 2.9, 1.1, 0.5, 0.35, 0.9
ANSWERING, ANSWERING_EXTREMES = 0.16, 0.10
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surveys:
    """Surveys sent, one entry each; scores hold NaN where nobody answered.

    `contact` is a place in the outcome's contacts. `csat` 1 to 5, `nps` 0 to 10, `ces` 1 to 7.
    """

    contact: Integers
    answered: Booleans
    csat: Floats
    nps: Floats
    ces: Floats


def draw_surveys(outcome: Outcome, rng: np.random.Generator) -> Surveys:
    """Return the surveys about contacts that were handled.

    >>> from impact.simulation.centre import draw_centre, run, uniform
    >>> rng = np.random.default_rng(1)
    >>> centre = draw_centre(500, rng)
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> found = draw_surveys(run(centre, arms), rng)
    >>> bool(np.isnan(found.csat[~found.answered]).all()), np.unique(found.csat[found.answered])
    (True, array([2., 3., 4., 5.]))
    """
    contacts = outcome.contacts
    handled = outcome.real & ~contacts.abandoned
    sent = np.flatnonzero(handled & (rng.random(len(handled)) < SENT_SHARE))
    mood = _mood(outcome)[sent] + rng.normal(0, SPREAD, len(sent))
    csat = _scale(mood, LOWEST, HIGHEST)
    eager = ANSWERING + ANSWERING_EXTREMES * ((csat == LOWEST) | (csat == HIGHEST))
    answered = rng.random(len(sent)) < eager
    noise = rng.normal(0, 1, (2, len(sent)))
    return Surveys(
        contact=sent,
        answered=answered,
        csat=np.where(answered, csat, np.nan),
        nps=np.where(answered, _scale(2.3 * mood - 0.8 + noise[0], 0, 10), np.nan),
        ces=np.where(answered, _scale(1.3 * mood + 0.4 + noise[1], 1, 7), np.nan),
    )


def _mood(outcome: Outcome) -> Floats:
    contacts = outcome.contacts
    return np.asarray(
        MIDDLE
        + RESOLVED_GAIN * contacts.resolved
        - WAIT_LOSS * (contacts.wait > LONG_WAIT_SECONDS)
        + CARE_GAIN * (contacts.goodwill > 0)
    )


def _scale(value: Floats, low: int, high: int) -> Floats:
    return np.clip(np.rint(value), low, high)
