"""Worlds of what customers pay until a horizon that not all of them are observed to reach."""

import numpy as np

from experiments.plan.document import Kind, Metric, Role, Source, Table
from impact.analysis.sufficient import ArmLifetime, SufficientStatistics
from impact.stats.means.observation import observation_curve
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once, plan_of

HORIZON = 360
BILLS = np.arange(0, HORIZON, 30)  # days on which everybody who is still there pays
HAZARD = np.array([0.002, 0.006])  # a day's chance to leave, of those who pay much and little
AMOUNT = np.array([30.0, 12.0])
MUCH = 0.4  # share who pay much
HAZARD_RATIO = 0.8


def lifetime(name: str, *, first: int, last: int) -> World:
    """Customers who pay every thirty days until they leave, some little and not for long.

    Observation ends for each on one of the days from `first` to `last`, all as likely.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        ratio = np.where(effect & (arm == 1), HAZARD_RATIO, 1.0)
        followed = followed_customers(rng, ratio, first, last)
        arms, checks = counted(arm)
        found = tuple(
            lifetimes_in(name, *(column[arm == place] for column in followed))
            for place, name in enumerate(ARMS)
        )
        return once(SufficientStatistics(arms=arms, checks=checks, lifetimes={"revenue": found}))

    control, patient = (worth(ratio) for ratio in (1.0, HAZARD_RATIO))
    truth = {
        ("revenue", "lifetime_revenue_difference"): patient - control,
        ("revenue", "relative_difference"): patient / control - 1,
        ("revenue", "lifetime_revenue", "control"): control,
        ("revenue", "lifetime_revenue", "patient"): patient,
    }
    return World(name=name, plan=plan_of(METRIC), draw=draw, truth=truth)


def followed_customers(
    rng: np.random.Generator, ratio: np.ndarray, first: int, last: int
) -> tuple[np.ndarray, ...]:
    """Return when customers leave, when observation ends, and what each would pay on every day."""
    n = len(ratio)
    kind = (rng.random(n) > MUCH).astype(np.int64)
    churn = np.ceil(rng.exponential(1 / (-np.log1p(-HAZARD[kind]) * ratio)))
    end = rng.integers(first, last + 1, size=n)
    return churn, end, AMOUNT[kind, None] * rng.uniform(0.5, 1.5, (n, len(BILLS)))


def worth(ratio: float) -> float:
    """Return what a customer pays until the horizon, at a hazard ratio."""
    there = (1 - HAZARD[:, None]) ** np.maximum(BILLS - 1, 0)
    return float(np.array([MUCH, 1 - MUCH]) * AMOUNT @ (there**ratio).sum(axis=1))


def lifetimes_in(name: str, churn: np.ndarray, end: np.ndarray, paid: np.ndarray) -> ArmLifetime:
    """Return what the join makes of the customers of one arm: cells of the same time and end."""
    left = churn <= end
    time = np.minimum(np.where(left, churn, end), HORIZON).astype(np.int64)
    complete = left | (time >= HORIZON)
    curve = observation_curve(time, complete, np.ones(len(time)))
    seen = (time[:, None] > BILLS) | (left & (time < HORIZON))[:, None] & (time[:, None] == BILLS)
    known = np.minimum(BILLS + 1, time[:, None])
    earned = np.where(seen, paid / curve.before(np.arange(HORIZON + 1))[known], 0.0).sum(axis=1)
    ending = complete.astype(np.int64) + (complete & (time < HORIZON))  # two where it is by churn
    cells, place, n = np.unique(3 * time + ending, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=earned) / n
    sums = np.bincount(known.ravel(), weights=np.where(seen, paid, 0.0).ravel())
    return ArmLifetime(
        variant=name,
        horizon=HORIZON,
        time=cells // 3,
        complete=cells % 3 > 0,
        churned=cells % 3 > 1,
        n=n,
        earned=means,
        squares=np.bincount(place, weights=(earned - means[place]) ** 2).astype(np.float64),
        known=np.flatnonzero(sums),
        paid=sums[sums > 0].astype(np.float64),
    )


METRIC = Metric(
    key="revenue",
    role=Role.PRIMARY,
    kind=Kind.MEAN,
    source=Source(table=Table.REVENUE, column="amount"),
    horizon=HORIZON,
    unit="EUR",
)
LIFETIMES = (
    lifetime("lifetime revenue, one in eight not observed to the end", first=300, last=780),
    lifetime("lifetime revenue, four in five not observed to the end", first=30, last=440),
)
