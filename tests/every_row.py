"""Analyses that between them have every row that a report can have.

The worlds of the calibration, drawn once each, and what they leave out: levels of a segment, many
clusters of each arm, adjusted models by cluster, models beyond the data.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from experiments.plan.document import Covariate, Economics, Kind, Metric, Plan, Role
from experiments.plan.time_to_event import Extrapolation, ExtrapolationModel, TimeToEvent
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import ALL, ArmCount, CheckCounts, ClusterCounts
from impact.analysis.sufficient import SufficientStatistics as Statistics
from tests.calibration.every_world import WORLDS
from tests.impact.analysis.building import (
    AS_OF,
    HANDLE,
    RESOLVED,
    RETENTION,
    SPEND,
    arms_of,
    plan_of,
    survival_of,
)

LEVELS = ("tier=basic", "tier=pro")
BY_ARM = ("moments", "proportions", "quantiles", "lifetimes", "survival")
UNITS = 720


def every_row() -> Iterator[Estimate]:
    """Yield the rows of all of them."""
    for plan, as_of, statistics in _of_worlds():
        yield from evaluate(plan, statistics, as_of=as_of).estimates
    for plan, statistics in (*_over_time(), *_by_cluster()):
        yield from evaluate(plan, statistics, as_of=AS_OF).estimates


def _of_worlds() -> Iterator[tuple[Plan, datetime, Statistics]]:
    """Each world as it is; once its plan has ended, with two levels of a segment and margins."""
    for world in WORLDS.values():
        looks = world.draw(np.random.default_rng(1), min(world.sizes), True)  # noqa: FBT003
        (as_of, first), (_, last) = looks.seen[0], looks.seen[-1]
        yield world.plan, as_of, first
        ended = replace(world.plan, looks=replace(world.plan.looks, planned_end=None))
        yield replace(_guarded(ended), segments=("tier",)), AS_OF, _in_levels(last)


def _guarded(plan: Plan) -> Plan:
    return replace(plan, metrics=tuple(replace(each, margin=2.0) for each in plan.metrics))


def _in_levels(statistics: Statistics) -> Statistics:
    """Copy what is known of everybody to both levels of a column."""
    tables: dict[str, Any] = {}
    for name in BY_ARM:
        tables[name] = {
            key: (*found, *(replace(arm, segment=level) for arm in found for level in LEVELS))
            for key, found in getattr(statistics, name).items()
            if all(arm.segment == ALL for arm in found)
        }
    return replace(statistics, **tables)


def _statistics(**changes: object) -> Statistics:
    arms = tuple(
        ArmCount(variant=arm, n_units=UNITS, n_eligible=UNITS, n_mature=UNITS)
        for arm in ("control", "patient")
    )
    checks = CheckCounts(assigned=(("control", UNITS), ("patient", UNITS)))
    return replace(Statistics(arms=arms, checks=checks), **changes)  # type: ignore[arg-type]


def _over_time() -> Iterator[tuple[Plan, Statistics]]:
    rng = np.random.default_rng(2)
    counts = survival_of(rng, UNITS)
    arm, unit = np.repeat([0, 1], UNITS), np.tile(np.arange(UNITS), 2)
    cause = np.where(counts.event == 1, rng.choice(np.array(["moved", "price"]), 2 * UNITS), "")
    adjusted = replace(RETENTION, covariates=(Covariate(name="tier"),))
    for teams in (90, 24):
        clusters = {"team": unit % (teams // 2) + arm * teams}
        found = replace(counts, clusters=clusters)
        yield (
            plan_of(replace(adjusted, cluster="team")),
            _statistics(survival={"retention": (found,)}),
        )
    asked = TimeToEvent(
        robust=True,
        causes=("moved", "price"),
        extrapolation=Extrapolation(to=400.0, models=tuple(ExtrapolationModel)),
    )
    metric = replace(adjusted, strata=("queue",), time_to_event=asked)
    yield plan_of(metric), _statistics(survival={"retention": (replace(counts, cause=cause),)})


def _by_cluster() -> Iterator[tuple[Plan, Statistics]]:
    metrics = (
        replace(SPEND, adjustment=None, cluster="team", role=Role.PRIMARY),
        replace(RESOLVED, cluster="team"),
        replace(HANDLE, cluster="team"),
    )
    for teams in (96, 24, 8):
        counts = {metric.key: _levels_of_clusters(metric, teams) for metric in metrics}
        yield (
            plan_of(*metrics, segments=("tier",), saturation="share"),
            _statistics(clusters=counts),
        )
    rng = np.random.default_rng(3)
    happened = {arm: rng.integers(0, 2, (50, 1)) for arm in ("control", "patient")}
    epochs = [arms_of(("y",), happened, f"version={version}") for version in (1, 2)]
    ramp = (("1", "control", 90), ("1", "patient", 10), ("2", "control", 50), ("2", "patient", 50))
    paid = [
        arms_of(
            ("revenue", "handle_minutes"),
            {arm: rng.gamma(4.0, 5.0, (50, 2)) for arm in happened},
            f"version={version}",
        )
        for version in (1, 2)
    ]
    by_version = {
        "resolved": (*epochs[0], *epochs[1]),
        "revenue_and_handling": (*paid[0], *paid[1]),
    }
    resolved, money = replace(RESOLVED, role=Role.PRIMARY), Economics(currency="EUR")
    yield plan_of(resolved, economics=money), _statistics(epochs=by_version, splits=ramp)


def _levels_of_clusters(metric: Metric, teams: int) -> tuple[ClusterCounts, ...]:
    """Whole teams and their levels; teams that serve both arms at the shares of a saturation."""
    whole = _clusters(metric, teams, both=False)
    levels = (replace(whole, segment=level, shared=True) for level in LEVELS)
    mixed = replace(_clusters(metric, teams, both=True), segment="share=50")
    few = _clusters(metric, teams // 2, both=False)
    none = replace(few, segment="share=0", variant=np.full(few.n.size, "control"))
    all_of_them = replace(few, segment="share=100", variant=np.full(few.n.size, "patient"))
    return whole, *levels, mixed, none, all_of_them


def _clusters(metric: Metric, teams: int, *, both: bool) -> ClusterCounts:
    rng = np.random.default_rng(teams)
    cluster = np.repeat(np.arange(teams), 2 if both else 1)
    arm = np.arange(cluster.size) % 2
    n = rng.integers(10, 30, cluster.size)
    names = ("y", "d") if metric.kind is Kind.RATIO else ("y",)
    share = 0.6 + 0.1 * arm + rng.normal(0, 0.03, cluster.size)
    sums = np.column_stack([n * share, n.astype(np.float64)])[:, : len(names)]
    variant = np.where(arm == 1, "patient", "control")
    return ClusterCounts(names=names, cluster=cluster, variant=variant, n=n, sums=sums)
