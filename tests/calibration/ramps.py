"""Worlds whose split changes while outcomes change with the time: a ramp from a tenth to a half."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Cuped, Kind, Metric, Plan, Role, Source, Table
from impact.analysis.sufficient import ArmMoments, ArmProportion, SufficientStatistics
from tests.calibration.groups import METRIC
from tests.calibration.windows import RESOLVED
from tests.calibration.worlds import ARMS, WHOLE, Looks, World, counted, moments, once, plan_of

SHARES = (0.1, 0.5)  # treated in the first version and in the second
TREND = -2.0  # what the second version's time does to everybody, against the effect
LIFT, LONGER, SECONDS, SLOWER = 0.3, 12.0, 300.0, -60.0
SOLVED, MORE = (0.7, 0.4), 0.06  # share in the first version and the second, and the effect
CONTACTS = Source(table=Table.CONTACTS)


def ramped() -> World:
    """A score that falls with time while the share of the treated rises; adjusted by one before.

    Taken over all versions together the treated would look worse than they are.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        epoch, arm = _assigned(rng, n)
        before = rng.normal(0, 1, n)
        score = 5 + TREND * epoch + before + rng.normal(0, 1, n) + LIFT * effect * (arm == 1)
        return once(_found("score", epoch, arm, ("y", "x"), np.column_stack([score, before])))

    metric = replace(METRIC, adjustment=Cuped(covariate="score_before"))
    truth = {("score", "mean_difference"): LIFT}
    return World(name="score, a ramp in two versions", plan=_plan(metric), draw=draw, truth=truth)


def resolving() -> World:
    """Problems solved, which are fewer with time while the share of the treated rises."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        epoch, arm = _assigned(rng, n)
        chance = SOLVED[0] + (SOLVED[1] - SOLVED[0]) * epoch + MORE * effect * (arm == 1)
        happened = (rng.random(n) < chance).astype(np.float64)
        found = _found("resolved", epoch, arm, ("y",), happened[:, None])
        shares = tuple(
            ArmProportion(
                variant=part.variant,
                n=part.moments.n,
                successes=round(part.moments.n * float(part.moments.means[0])),
            )
            for part in found.moments["resolved"]
        )
        return once(replace(found, moments={}, proportions={"resolved": shares}))

    truth = {("resolved", "proportion_difference"): MORE}
    return World(
        name="resolved, a ramp in two versions",
        plan=_plan(RESOLVED),
        draw=draw,
        truth=truth,
        sizes=(200, 2_000),
    )


def slowing() -> World:
    """Seconds per contact, which fall with time while the share of the treated rises."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        epoch, arm = _assigned(rng, n)
        contacts = 1.0 + rng.poisson(2 * rng.gamma(2.0, 0.5, n))
        each = SECONDS + SLOWER * epoch + LONGER * effect * (arm == 1) + rng.normal(0, 90, n)
        rows = np.column_stack([contacts * each, contacts])
        return once(_found("handle_time", epoch, arm, ("y", "d"), rows))

    metric = Metric(
        key="handle_time",
        role=Role.PRIMARY,
        kind=Kind.RATIO,
        source=CONTACTS,
        denominator=CONTACTS,
        unit="second",
        window=30,
    )
    truth = {("handle_time", "ratio_difference"): LONGER}
    name = "handle time per contact, a ramp in two versions"
    return World(name=name, plan=_plan(metric), draw=draw, truth=truth)


def _plan(metric: Metric) -> Plan:
    """Return a plan whose weights are those of both versions together, which are as long."""
    treated = round(WHOLE * sum(SHARES) / len(SHARES))
    weights = zip(ARMS, (WHOLE - treated, treated), strict=True)
    return replace(plan_of(metric), weights=tuple(weights))


def _assigned(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    epoch = rng.integers(2, size=n)
    return epoch, (rng.random(n) < np.array(SHARES)[epoch]).astype(np.int64)


def _found(
    key: str, epoch: np.ndarray, arm: np.ndarray, names: tuple[str, ...], rows: np.ndarray
) -> SufficientStatistics:
    arms, checks = counted(arm)
    epochs = tuple(
        replace(found, segment=f"version={place + 1}")
        for place in range(len(SHARES))
        for found in moments(arm[epoch == place], names, rows[epoch == place])
    )
    splits = tuple(
        (f"version={place + 1}", name, int(((epoch == place) & (arm == code)).sum()))
        for place in range(len(SHARES))
        for code, name in enumerate(ARMS)
    )
    whole: tuple[ArmMoments, ...] = moments(arm, names, rows)
    return SufficientStatistics(
        arms=arms, checks=checks, moments={key: whole}, epochs={key: epochs}, splits=splits
    )


RAMPS = (ramped(), resolving(), slowing())
