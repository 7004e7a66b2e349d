"""Worlds in which somebody looks every week, and would stop at the first effect."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from experiments.plan.document import Kind, Metric, Role, Source, Table
from experiments.plan.looks import LookRule
from experiments.plan.looks import Looks as PlannedLooks
from impact.analysis.sufficient import SufficientStatistics
from tests.calibration.worlds import SIZES, Looks, World, assigned, counted, moments, plan_of

START = date(2026, 1, 5)
WEEKS = 20
LIFT = 0.2
OBSERVED = Source(table=Table.OBSERVATIONS, column="score")
METRIC = Metric(key="score", role=Role.PRIMARY, kind=Kind.MEAN, source=OBSERVED)


def watched(rule: LookRule, *, every: int) -> World:
    """Customers who come evenly over twenty weeks, looked at after every so many."""
    dates = [START + timedelta(weeks=week) for week in range(every, WEEKS + 1, every)]

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        score = 5 + rng.gamma(4.0, 0.5, n) + LIFT * effect * (arm == 1)
        seen = []
        for number, day in enumerate(dates, start=1):
            so_far = n * number // len(dates)
            arms, checks = counted(arm[:so_far])
            found = SufficientStatistics(
                arms=arms,
                checks=checks,
                moments={"score": moments(arm[:so_far], ("y",), score[:so_far, None])},
                information={"score": tuple(n * past // len(dates) for past in range(1, number))},
            )
            seen.append((datetime.combine(day, time(12), UTC), found))
        return Looks(seen=tuple(seen))

    planned = PlannedLooks(
        planned_end=dates[-1],
        rule=rule,
        dates=tuple(dates[:-1]) if rule.has_dates else (),
        planned_units=PLANNED,
    )
    plan = replace(plan_of(METRIC), looks=planned)
    truth = {("score", "mean_difference"): LIFT}
    name = f"score, {len(dates)} looks by {rule.value.replace('_', ' ')}"
    sizes = (PLANNED,) if rule.has_dates else SIZES
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=sizes)


PLANNED = 2_000
LOOKING = (
    watched(LookRule.CONFIDENCE_SEQUENCE, every=1),
    watched(LookRule.OBRIEN_FLEMING, every=4),
    watched(LookRule.POCOCK, every=4),
)
