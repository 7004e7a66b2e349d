"""Worlds of many metrics at once, in families that confirm or explore."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Kind, Metric, Plan, Role, Source, Table
from experiments.plan.family import Family, FamilyMethod
from impact.analysis.estimates import Analysis, Estimate, Verdict
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.worlds import (
    SIZE,
    Looks,
    Question,
    Truth,
    World,
    counted,
    moments,
    once,
    plan_of,
)

MANY, HELPED = 10, 4
ALIKE = 0.3  # correlation of any two metrics
GAIN = 0.25


def many_metrics(name: str, method: FamilyMethod | None, *questions: Question) -> World:
    """Ten metrics that go together; with the effect four of them gain, by less and less."""
    keys = tuple(f"metric_{number}" for number in range(MANY))

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = rng.integers(2, size=n)
        common = rng.normal(0, np.sqrt(ALIKE), n)
        found = {}
        for number, key in enumerate(keys):
            gain = GAIN / (number + 1) * effect * (arm == 1) * (number < HELPED)
            y = 5 + common + rng.normal(0, np.sqrt(1 - ALIKE), n) + gain
            found[key] = moments(arm, ("y",), y[:, None])
        arms, checks = counted(arm)
        return once(SufficientStatistics(arms=arms, checks=checks, moments=found))

    primary = observed("aim", Role.PRIMARY)
    metrics = [observed(key, Role.SECONDARY) for key in keys]
    if method is None:
        primary, *metrics = (replace(metrics[0], role=Role.PRIMARY), *metrics[1:])
    family = Family(name="many", metrics=keys, method=method)
    plan: Plan = replace(plan_of(primary, *metrics), families=(family,))
    truth = {
        (key, "mean_difference"): GAIN / (number + 1) * (number < HELPED)
        for number, key in enumerate(keys)
    }
    return World(name=name, plan=plan, draw=draw, truth=truth, questions=questions)


def observed(key: str, role: Role) -> Metric:
    """Return the metric of a mean that observations carry."""
    source = Source(table=Table.OBSERVATIONS, column=key)
    return Metric(key=key, role=role, kind=Kind.MEAN, source=source)


def claims_of(found: Analysis) -> list[Estimate]:
    """Return the tests of a family that claim something."""
    rows = (row for row in found.estimates if row.p_value_adjusted is not None)
    return [row for row in rows if (row.p_value_adjusted or 0.0) < SIZE]


def _false(row: Estimate) -> bool:
    return int(row.metric.removeprefix("metric_")) >= HELPED


def claims_any(found: Analysis, _truth: Truth, _rng: np.random.Generator) -> bool:
    return bool(claims_of(found))


def _any_false(found: Analysis, _truth: Truth, _rng: np.random.Generator) -> bool:
    return any(map(_false, claims_of(found)))


def _by_lot(found: Analysis, _truth: Truth, rng: np.random.Generator) -> bool:
    """Say whether one of the claims, drawn by lot, is false: as often as their false share."""
    claims = claims_of(found)
    return bool(claims) and _false(claims[rng.integers(len(claims))])


def ships(found: Analysis, _truth: Truth, _rng: np.random.Generator) -> bool:
    return found.decision.verdict is Verdict.SHIP


ANY_CLAIM = Question(name="any claim, nothing is true", method="holm", wrong=claims_any)
SOME_FALSE = Question(
    name="any false claim, some are true", method="holm", wrong=_any_false, with_effect=True
)
SHIPS = Question(name="ships, nothing is true", method="verdict", wrong=ships, rate=SIZE / 2)
EXPLORES = FamilyMethod.BENJAMINI_HOCHBERG
SHARE_OF_NONE = Question(name="any claim, nothing is true", method=EXPLORES.value, wrong=claims_any)
SHARE = Question(
    name="share of false claims", method=EXPLORES.value, wrong=_by_lot, with_effect=True
)
FAMILIES = (
    many_metrics("ten metrics, confirmed", None, ANY_CLAIM, SOME_FALSE, SHIPS),
    many_metrics("ten metrics, explored", EXPLORES, SHARE_OF_NONE, SHARE),
)
