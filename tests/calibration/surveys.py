"""Worlds of surveys that some answer: the policy changes who does, or the discontented are silent.

Customers are of two tiers, which a plan may know, and of two tempers, which it does not. Whoever
would answer in control would answer in the other arm too.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from experiments.plan.document import Metric
from impact.analysis.estimates import Analysis
from impact.analysis.sufficient import ArmAnswers, ArmProportion, SufficientStatistics
from impact.analysis.survey_names import LOWER, UPPER, WEIGHTED
from tests.calibration.customers import (
    BETTER,
    METRICS,
    MOOD,
    SCALES,
    SHARE,
    TIER,
    TIERS,
    true_of,
    true_of_always,
)
from tests.calibration.worlds import (
    ARMS,
    Looks,
    Question,
    Truth,
    World,
    assigned,
    counted,
    moments,
    once,
    plan_of,
)


def surveyed(name: str, control: np.ndarray, patient: np.ndarray, *, tiers: bool) -> World:
    """Customers of whom a share of each kind and arm answers; the plan may know their `tiers`."""
    rates = np.array([control, patient])

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm, kind = assigned(rng, n), rng.choice(len(SHARE), n, p=SHARE)
        answers = rng.random(n) < rates[arm, kind]
        mood = MOOD[kind] + BETTER * effect * (arm == 1)
        cell = TIER[kind] if tiers else np.zeros(n, dtype=np.int64)
        arms, checks = counted(arm)
        found, means, shares = {}, {}, {}
        for key, (values, edges) in SCALES.items():
            value = values[np.searchsorted(edges, mood + rng.normal(0, 1, n))]
            found[key] = tuple(
                _arm(place, (value, answers, cell), arm == place, values, tiers=tiers)
                for place in range(2)
            )
            means[key] = moments(arm[answers], ("y",), value[answers, None])
            shares[key] = tuple(map(_share, found[key]))
        del means["csat_top_box"]
        return once(
            SufficientStatistics(
                arms=arms,
                checks=checks,
                moments=means,
                proportions={"csat_top_box": shares["csat_top_box"]},
                answers=found,
            )
        )

    alike = bool((rates[0] == rates[1]).all())
    known = [true_of(metric, rates, bounds=not alike) for metric in METRICS]
    naive = {key: value for truth in known for key, value in truth.items() if key[2] != WEIGHTED}
    truth = {key: value for part in known for key, value in part.items()}
    plan = replace(plan_of(*METRICS), segments=("tier",) if tiers else ())
    asked = tuple(_question(metric, rates[0]) for metric in METRICS)
    always = {} if alike else naive
    return World(name=name, plan=plan, draw=draw, truth=truth, always=always, questions=asked)


def _arm(
    place: int,
    columns: tuple[np.ndarray, ...],
    own: np.ndarray,
    values: np.ndarray,
    *,
    tiers: bool,
) -> ArmAnswers:
    value, answers, cell = (column[own] for column in columns)
    size = len(TIERS) if tiers else 1
    of_cell, given = cell[answers], value[answers]
    answered = np.bincount(of_cell, minlength=size)
    sums = np.bincount(of_cell, weights=given, minlength=size)
    means = sums / np.maximum(answered, 1)
    return ArmAnswers(
        variant=ARMS[place],
        asked=len(value),
        values=values,
        counts=np.bincount(np.searchsorted(values, given), minlength=len(values)),
        cells=TIERS if tiers else ("",),
        units=np.bincount(cell, minlength=size),
        answered=answered,
        means=means,
        squares=np.bincount(of_cell, weights=(given - means[of_cell]) ** 2, minlength=size).astype(
            np.float64
        ),
    )


def _share(arm: ArmAnswers) -> ArmProportion:
    """Return those in the top box."""
    return ArmProportion(
        variant=arm.variant, n=int(arm.answered.sum()), successes=int(arm.counts[-1])
    )


def _question(metric: Metric, always: np.ndarray) -> Question:
    """Ask whether the limits around both bounds hold the effect on those who always answer."""
    effect = true_of_always(metric, always)
    return Question(
        name=f"{metric.key}: effect on those who answer in either arm",
        method=f"{LOWER} to {UPPER}",
        wrong=partial(_outside, metric.key, effect),
        with_effect=True,
        holds=True,
    )


def _outside(
    key: str, effect: float, found: Analysis, _truth: Truth, _rng: np.random.Generator
) -> bool | None:
    rows = {row.method: row for row in found.estimates if row.metric == key}
    low, high = rows[LOWER].ci_low, rows[UPPER].ci_high
    return None if low is None or high is None else not low <= effect <= high


BY_TIER = (np.array([0.35, 0.35, 0.5, 0.5]), np.array([0.55, 0.55, 0.6, 0.6]))
BY_TEMPER = (np.array([0.5, 0.25, 0.5, 0.25]), np.array([0.6, 0.45, 0.6, 0.45]))
SURVEYS = (
    surveyed("survey, more answer in one arm", *BY_TIER, tiers=True),
    surveyed("survey, the discontented are silent", *BY_TEMPER, tiers=False),
    surveyed("survey, both arms answer alike", BY_TIER[0], BY_TIER[0], tiers=True),
)
