"""Worlds in which somebody looks again and again: at retention, shares, ratios and the split."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from experiments.plan.document import Kind, Metric, Plan, Role, Source, Table
from experiments.plan.looks import LookRule
from experiments.plan.looks import Looks as PlannedLooks
from impact.analysis.estimates import Analysis
from impact.analysis.sufficient import ArmProportion, SufficientStatistics, SurvivalCounts
from tests.calibration.retention import HAZARD_RATIO, METRIC, retention_plan
from tests.calibration.worlds import (
    ARMS,
    SIZE,
    Looks,
    Question,
    Truth,
    World,
    assigned,
    counted,
    moments,
    plan_of,
)

START = date(2026, 1, 5)
WEEKS, OFTEN, SELDOM = 20, 4, 10  # weeks between looks
HORIZON, HAZARD = 20, 0.01  # days
FORMER, LATTER = 0.3, 0.36
SECONDS, LONGER = 300.0, 12.0
PLANNED = 2_000
CONTACTS = Source(table=Table.CONTACTS)
Seen = Callable[[int], SufficientStatistics]


def leaving(rule: LookRule) -> World:
    """Customers who come evenly and may leave each day; information is those who have left."""
    plan = retention_plan(HORIZON, covariates=())

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        rate = HAZARD * (HAZARD_RATIO**arm if effect else np.ones(n))
        churn = np.ceil(rng.exponential(1 / rate))
        came = rng.integers(7 * WEEKS, size=n)

        def seen(day: int) -> SufficientStatistics:
            here = came < day
            followed = day - came[here]
            arms, checks = counted(arm[here])
            cells = SurvivalCounts(
                variant=np.array(ARMS)[arm[here]],
                time=np.minimum(churn[here], followed).astype(np.int64),
                event=(churn[here] <= followed).astype(np.int64),
                n=np.ones(int(here.sum()), dtype=np.int64),
            )
            return SufficientStatistics(arms=arms, checks=checks, survival={METRIC: (cells,)})

        def left(day: int) -> int:
            return int((churn <= day - came).sum())

        return _looks(rule, METRIC, seen, left)

    truth = {(METRIC, "hazard_ratio"): HAZARD_RATIO}
    return _world("retention", rule, plan, draw, truth)


def happening(rule: LookRule) -> World:
    """Whether it happened to customers who come evenly."""
    metric = Metric(
        key="resolved", role=Role.PRIMARY, kind=Kind.PROPORTION, source=CONTACTS, window=30
    )

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        happened = rng.random(n) < np.where(effect & (arm == 1), LATTER, FORMER)

        def seen(day: int) -> SufficientStatistics:
            here = slice(_units(n, day))
            arms, checks = counted(arm[here])
            table = np.bincount(arm[here] * 2 + happened[here], minlength=4).reshape(2, 2)
            found = tuple(
                ArmProportion(variant=key, n=int(row.sum()), successes=int(row[1]))
                for key, row in zip(ARMS, table, strict=True)
            )
            return SufficientStatistics(arms=arms, checks=checks, proportions={"resolved": found})

        return _looks(rule, "resolved", seen, lambda day: _units(n, day))

    truth = {("resolved", "proportion_difference"): LATTER - FORMER}
    return _world("resolved", rule, plan_of(metric), draw, truth)


def handling(rule: LookRule) -> World:
    """Seconds per contact of customers who come evenly."""
    metric = Metric(
        key="handle_time",
        role=Role.PRIMARY,
        kind=Kind.RATIO,
        source=CONTACTS,
        denominator=CONTACTS,
        unit="second",
        window=30,
    )

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        contacts = 1.0 + rng.poisson(2 * rng.gamma(2.0, 0.5, n))
        each = SECONDS + LONGER * effect * (arm == 1) + rng.normal(0, 90, n)
        rows = np.column_stack([contacts * each, contacts])

        def seen(day: int) -> SufficientStatistics:
            here = slice(_units(n, day))
            arms, checks = counted(arm[here])
            found = moments(arm[here], ("y", "d"), rows[here])
            return SufficientStatistics(arms=arms, checks=checks, moments={"handle_time": found})

        return _looks(rule, "handle_time", seen, lambda day: _units(n, day))

    truth = {("handle_time", "ratio_difference"): LONGER}
    return _world("handle time", rule, plan_of(metric), draw, truth)


def _finds_a_broken_split(found: Analysis, _truth: Truth, _rng: np.random.Generator) -> bool | None:
    """Say whether the always-valid test rejects; None at the end, where the other one decides."""
    (check,) = (each for each in found.checks if each.name == "sample_ratio")
    if all(row.look is None for row in found.estimates) or check.p_value is None:
        return None
    return check.p_value < SIZE


def _world(
    name: str, rule: LookRule, plan: Plan, draw: Callable[..., Looks], truth: Truth
) -> World:
    planned = PlannedLooks(
        planned_end=_date(7 * WEEKS),
        rule=rule,
        dates=tuple(_date(day) for day in _days(rule)[:-1]) if rule.has_dates else (),
        planned_units=PLANNED,
        planned_events=PLANNED // 2,
    )
    said = f"{name}, {len(_days(rule))} looks by {rule.value.replace('_', ' ')}"
    return World(
        name=said,
        plan=replace(plan, looks=planned),
        draw=draw,
        truth=truth,
        questions=(SPLIT,),
        sizes=(PLANNED,),
    )


def _looks(rule: LookRule, key: str, seen: Seen, information: Callable[[int], int]) -> Looks:
    found = []
    for number, day in enumerate(days := _days(rule)):
        before = tuple(information(past) for past in days[:number])
        told = replace(seen(day), information={key: before})
        found.append((datetime.combine(_date(day), time(12), UTC), told))
    return Looks(seen=tuple(found))


def _days(rule: LookRule) -> tuple[int, ...]:
    every = 7 * (SELDOM if rule.has_dates else OFTEN)
    return tuple(range(every, 7 * WEEKS + 1, every))


def _date(day: int) -> date:
    return START + timedelta(days=day)


def _units(n: int, day: int) -> int:
    return n * day // (7 * WEEKS)


SPLIT = Question(
    name="sample_ratio",
    method="dirichlet_multinomial, at any look",
    wrong=_finds_a_broken_split,
    at_every_look=True,
)
WATCHED = tuple(
    watch(rule)
    for watch in (leaving, happening, handling)
    for rule in (LookRule.CONFIDENCE_SEQUENCE, LookRule.OBRIEN_FLEMING)
)
