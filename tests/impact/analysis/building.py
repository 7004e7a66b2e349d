"""Plans, moments and statistics small enough to read in a test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from experiments.plan.document import (
    Cuped,
    Economics,
    Kind,
    Metric,
    Plan,
    Role,
    Source,
    Table,
    Unit,
)
from experiments.plan.family import Family
from experiments.plan.looks import Looks
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import (
    ArmCount,
    ArmMoments,
    ArmProportion,
    CheckCounts,
    Moments,
    SufficientStatistics,
    SurvivalCounts,
)

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
PAST, AHEAD = date(2026, 10, 1), date(2026, 12, 1)
ROWS = Source(table=Table.CONTACTS)

RETENTION = Metric(
    key="retention",
    role=Role.PRIMARY,
    kind=Kind.TIME_TO_EVENT,
    source=Source(table=Table.CHURN),
    horizon=60,
)
SPEND = Metric(
    key="spend",
    role=Role.SECONDARY,
    kind=Kind.MEAN,
    source=ROWS,
    unit="EUR",
    window=90,
    adjustment=Cuped(pre_window=90),
)
RESOLVED = Metric(key="resolved", role=Role.SECONDARY, kind=Kind.PROPORTION, source=ROWS, window=30)
HANDLE = Metric(
    key="handle_time",
    role=Role.GUARDRAIL,
    kind=Kind.RATIO,
    source=ROWS,
    denominator=ROWS,
    unit="second",
    window=30,
)


def plan_of(*metrics: Metric, **changes: object) -> Plan:
    plan = Plan(
        key="patience",
        unit=Unit.CUSTOMER,
        control="control",
        weights=(("control", 5000), ("patient", 5000)),
        metrics=metrics,
    )
    return replace(plan, **changes)  # type: ignore[arg-type]  # a test names real fields


def full_plan(planned_end: date | None = PAST) -> Plan:
    return plan_of(
        RETENTION,
        SPEND,
        RESOLVED,
        HANDLE,
        looks=Looks(planned_end=planned_end),
        families=(Family(name="business", metrics=("retention", "spend", "resolved")),),
        economics=Economics(currency="EUR", cost_per_handle_minute=Decimal("0.60")),
    )


def moments_of(names: tuple[str, ...], values: ArrayLike) -> Moments:
    """Take the moments of rows; `values` has shape (n, k)."""
    rows = np.asarray(values, dtype=np.float64).reshape(-1, len(names))
    means = rows.mean(axis=0) if len(rows) else np.zeros(len(names))
    centred = rows - means
    return Moments(names=names, n=len(rows), means=means, cross=centred.T @ centred)


def arms_of(
    names: tuple[str, ...], rows: Mapping[str, ArrayLike], segment: str = "all"
) -> tuple[ArmMoments, ...]:
    return tuple(
        ArmMoments(variant=variant, segment=segment, moments=moments_of(names, values))
        for variant, values in rows.items()
    )


def statistics_of(seed: int = 7, n: int = 400, **changes: object) -> SufficientStatistics:
    """Draw the statistics of the full plan."""
    rng = np.random.default_rng(seed)
    arms = ("control", "patient")
    counted = SufficientStatistics(
        arms=tuple(ArmCount(variant=arm, n_units=n, n_eligible=n, n_mature=n) for arm in arms),
        checks=CheckCounts(
            assigned=tuple((arm, n) for arm in arms),
            compliance=(("control", n, n), ("patient", n, n - 8)),
            pre_period=(
                ("contacts", arms_of(("y",), {a: rng.poisson(3, n).reshape(-1, 1) for a in arms})),
            ),
            last_seen=(("contacts", "2026-10-31T12:00:00+00:00"),),
        ),
        survival={"retention": (survival_of(rng, n), survival_of(rng, n, "tier=pro"))},
        moments={
            "spend": (
                *arms_of(("y", "x"), {arm: rng.normal(50, 9, (n, 2)) for arm in arms}),
                *arms_of(("y", "x"), {arm: rng.normal(50, 9, (n, 2)) for arm in arms}, "tier=pro"),
            ),
            "handle_time": arms_of(("y", "d"), {a: rng.gamma(9.0, 2.0, (n, 2)) for a in arms}),
        },
        proportions={
            "resolved": (
                ArmProportion(variant="control", n=n, successes=280),
                ArmProportion(variant="patient", n=n, successes=310),
            )
        },
        money={
            "revenue_and_handling": arms_of(
                ("revenue", "handle_minutes"), {arm: rng.gamma(4.0, 5.0, (n, 2)) for arm in arms}
            )
        },
    )
    return replace(counted, **changes)  # type: ignore[arg-type]  # a test names real fields


def survival_of(rng: np.random.Generator, n: int, segment: str = "all") -> SurvivalCounts:
    """Draw counts of `n` customers per arm, churning at random within 90 days."""
    time = rng.integers(0, 91, 2 * n)
    return SurvivalCounts(
        segment=segment,
        variant=np.repeat(np.array(["control", "patient"]), n),
        time=np.where(time < 80, time, 80),
        event=(time < 80).astype(np.int64),
        n=np.ones(2 * n, dtype=np.int64),
        covariates={
            "tier": rng.choice(np.array(["basic", "pro"]), 2 * n),
            "age": rng.integers(18, 80, 2 * n).astype(np.float64),
        },
        strata={"queue": rng.choice(np.array(["a", "b"]), 2 * n)},
    )


def only(estimates: tuple[Estimate, ...], metric: str, quantity: str, **fields: object) -> Estimate:
    """Find the one row with these fields; the patient arm's of the whole unless told."""
    wanted = {"variant": "patient", "segment": "all"} | fields
    found = [
        row
        for row in estimates
        if row.metric == metric
        and row.quantity == quantity
        and all(getattr(row, name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, found
    return found[0]
