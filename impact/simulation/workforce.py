"""Agents in teams, and how far each does what the policy of a contact asks for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TEAMS = 12
AGENTS = 240
COMPLIANCE_MEAN = 0.80  # of contacts told to take their time, those that do
COMPLIANCE_CONCENTRATION = 9.0
AGENT_SPREAD = 0.06
HABIT_SHARE = 0.10  # of contacts told to be quick, relative to compliance, those that are not
SKILL_SPREAD = 0.04


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workforce:
    """All agents, one entry per agent in each array.

    `compliance` is the probability of taking the time on a contact that the policy grants it,
    `habit` that of taking it without being told; habit is below compliance, so nobody defies.
    `skill` is added to the probability of resolving a contact.
    """

    team: NDArray[np.int64]
    compliance: Floats
    habit: Floats
    skill: Floats

    @property
    def size(self) -> int:
        """How many agents there are."""
        return len(self.team)


def draw_workforce(rng: np.random.Generator) -> Workforce:
    """Return 240 agents in 12 teams that differ in how far they comply.

    >>> found = draw_workforce(np.random.default_rng(1))
    >>> found.size, bool((found.habit < found.compliance).all())
    (240, True)
    """
    team = np.arange(AGENTS) % TEAMS
    by_team = rng.beta(
        COMPLIANCE_MEAN * COMPLIANCE_CONCENTRATION,
        (1 - COMPLIANCE_MEAN) * COMPLIANCE_CONCENTRATION,
        TEAMS,
    )
    compliance = np.clip(by_team[team] + rng.normal(0, AGENT_SPREAD, AGENTS), 0.2, 0.98)
    return Workforce(
        team=team,
        compliance=compliance,
        habit=HABIT_SHARE * compliance,
        skill=rng.normal(0, SKILL_SPREAD, AGENTS),
    )
