"""What the trust checks count: arms, repeats, lateness, service, and the last of the data."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import ibis
from ibis.expr.types import BooleanValue, Table

from experiments.plan.document import Maturity, Metric, Plan
from impact.analysis.sufficient import ArmCount, ArmMoments, CheckCounts, StartTimes
from impact.join.columns import literal_instant, microseconds
from impact.join.dated import shifted
from impact.join.inputs import NAMES, Inputs
from impact.join.reconciliation import reconciled

Tally = dict[str, int]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OCCURS = {
    "assignments": "assigned_at",
    "contacts": "arrived_at",
    "churn": "churned_at",
    "revenue": "occurred_at",
    "surveys": "sent_at",
    "observations": "observed_at",
}


def is_mature(units: Table, window: int, as_of: datetime) -> BooleanValue:
    """Return whether a unit's window is over: start + window <= as_of."""
    return shifted(units.start, window) <= literal_instant(as_of)


def counted_units(units: Table, metric: Metric, as_of: datetime) -> BooleanValue:
    """Return which eligible units a window metric uses: those whose window is over, or all."""
    if metric.window is None or metric.maturity is Maturity.ALL:
        return units.eligible
    return units.eligible & is_mature(units, metric.window, as_of)


def tally(units: Table, plan: Plan, as_of: datetime) -> dict[str, Tally]:
    """Count the units of every variant of the plan: by what they are and what befell them."""
    windows = [metric.window for metric in plan.metrics if metric.window is not None]
    mature = is_mature(units, max(windows), as_of) if windows else units.eligible
    counts = units.group_by("variant").aggregate(
        n_units=units.count(),
        **{
            name: (units.eligible & condition).sum()
            for name, condition in (
                ("n_eligible", units.eligible),
                ("n_mature", mature),
                ("several_variants", units.several_variants),
                ("exposed_early", units.exposed_early),
                ("served", units.served),
                ("kept", units.kept),
            )
        },
        before_start=units.before_start.sum(),
    )
    rows = {row.pop("variant"): row for row in counts.to_pyarrow().to_pylist()}
    nothing = dict.fromkeys(counts.columns, 0)
    return {variant: {**nothing, **rows.get(variant, {})} for variant in plan.variants}


def arm_counts(tallies: Mapping[str, Tally]) -> tuple[ArmCount, ...]:
    """Return how many units each arm has, seen, eligible, and mature for every window."""
    return tuple(
        ArmCount(
            variant=variant,
            n_units=tally["n_units"],
            n_eligible=tally["n_eligible"],
            n_mature=tally["n_mature"],
        )
        for variant, tally in tallies.items()
    )


def check_counts(
    tallies: Mapping[str, Tally],
    inputs: Inputs,
    pre_period: tuple[tuple[str, tuple[ArmMoments, ...]], ...],
    plan: Plan,
    started: tuple[StartTimes, ...] = (),
) -> CheckCounts:
    """Return what the checks count; `inputs` are cut at the run's `as_of`."""
    served = {variant: (tally["served"], tally["kept"]) for variant, tally in tallies.items()}
    known = any(n for n, _ in served.values())
    return CheckCounts(
        assigned=tuple((variant, tally["n_eligible"]) for variant, tally in tallies.items()),
        compliance=tuple((variant, *counts) for variant, counts in served.items() if known),
        multiple_exposure=_total(tallies, "several_variants"),
        late_assignment=_total(tallies, "exposed_early"),
        ineligible_before_start=_total(tallies, "before_start"),
        pre_period=pre_period,
        last_seen=_last_seen(inputs),
        start_times=started,
        reconciled=reconciled(inputs, plan),
    )


def _last_seen(inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """Return the latest instant of each table that has one, as ISO text."""
    latest = [
        table.aggregate(latest=microseconds(table[OCCURS[name]].max())).mutate(
            name=ibis.literal(name)
        )
        for name in OCCURS
        if (table := getattr(inputs, name)) is not None and OCCURS[name] in table.columns
    ]
    rows = ibis.union(*latest).to_pyarrow().to_pylist()
    found = {row["name"]: row["latest"] for row in rows if row["latest"] is not None}
    return tuple(
        (name, (EPOCH + timedelta(microseconds=found[name])).isoformat())
        for name in NAMES
        if name in found
    )


def _total(tallies: Mapping[str, Tally], name: str) -> int:
    return sum(tally[name] for tally in tallies.values())
