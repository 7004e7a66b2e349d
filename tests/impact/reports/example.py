"""An analysis of the contract's shape, with plausible numbers, and the plan it belongs to."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from experiments.plan.document import (
    Aggregate,
    Direction,
    Economics,
    Kind,
    Metric,
    Plan,
    Role,
    Source,
    Table,
    Unit,
)
from experiments.plan.looks import Looks
from impact.reports.findings import RunFacts, VariantFacts

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
PLANNED_END = date(2026, 9, 1)
HORIZON = 180

PLAN_SOURCE = "key: time_it_takes\nunit: customer\n"

PLAN = Plan(
    key="time_it_takes",
    title="The time it takes",
    unit=Unit.CUSTOMER,
    control="target_300",
    weights=(("target_300", 5000), ("no_target", 5000)),
    looks=Looks(planned_end=PLANNED_END),
    segments=("tenure",),
    metrics=(
        Metric(
            key="churn",
            title="Retention",
            role=Role.PRIMARY,
            kind=Kind.TIME_TO_EVENT,
            source=Source(table=Table.CHURN),
            horizon=HORIZON,
        ),
        Metric(
            key="handle_time",
            title="Handle time per contact",
            role=Role.GUARDRAIL,
            kind=Kind.RATIO,
            source=Source(table=Table.CONTACTS, column="handle_seconds"),
            denominator=Source(table=Table.CONTACTS, aggregate=Aggregate.COUNT),
            unit="second",
            window=90,
            direction=Direction.DECREASE,
            margin=90.0,
        ),
        Metric(
            key="satisfied",
            title="Satisfied customers",
            role=Role.SECONDARY,
            kind=Kind.PROPORTION,
            source=Source(table=Table.SURVEYS, column="csat", aggregate=Aggregate.ANY),
            window=90,
        ),
    ),
    economics=Economics(currency="EUR", cost_per_handle_minute=Decimal("0.80")),
)

FACTS = RunFacts(
    run_id="run-1",
    title="The time it takes",
    hypothesis="Agents without a handle-time target keep more customers.",
    variants=(
        VariantFacts(key="target_300", title="300 s target", policy={"handle_target_s": 300}),
        VariantFacts(key="no_target", title="No target", policy={"handle_target_s": None}),
    ),
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    requested_by="finance",
    finished_at=datetime(2026, 9, 1, 6, 30, tzinfo=UTC),
    code_version="0.1.0",
    lake_versions={"churn": 12, "contacts": 340},
    statistics_sha256="c" * 64,
    plan_source=PLAN_SOURCE,
)


def estimate(metric: str, kind: str, method: str, quantity: str, **more: object) -> dict[str, Any]:
    """One row of the contract."""
    return {
        "metric": metric,
        "kind": kind,
        "method": method,
        "quantity": quantity,
        "confidence_level": 0.95,
        **more,
    }


def compared(metric: str, kind: str, method: str, quantity: str, **more: object) -> dict[str, Any]:
    """One row that compares the two arms."""
    arms = {"variant": "no_target", "baseline": "target_300"}
    counts = {"n_variant": 30_121, "n_baseline": 29_879}
    return estimate(metric, kind, method, quantity, **{**arms, **counts, **more})


def curve(variant: str, hazard: float, segment: str = "all") -> dict[str, Any]:
    """A retention curve of constant hazard with its pointwise band."""
    return {
        "metric": "churn",
        "kind": "survival",
        "variant": variant,
        "segment": segment,
        "points": [_point(day, math.exp(-hazard * day)) for day in range(HORIZON + 61)],
    }


def _point(day: int, value: float) -> dict[str, Any]:
    at_risk = int(30_000 * value * (1 - 0.7 * max(day - 60, 0) / HORIZON))
    half = 1.96 * math.sqrt(value * (1 - value) / max(at_risk, 1))
    return {
        "at": float(day),
        "value": value,
        "ci_low": value - half,
        "ci_high": min(value + half, 1.0),
        "at_risk": at_risk,
        "events": 10,
    }


SURVIVAL = [
    estimate(
        "churn", "time_to_event", "kaplan_meier", "survival_probability", variant="target_300",
        at=180.0, value=0.8187, ci_low=0.8139, ci_high=0.8234, n_variant=29_879,
        events_variant=5_120,
    ),
    estimate(
        "churn", "time_to_event", "kaplan_meier", "survival_probability", variant="no_target",
        at=180.0, value=0.8374, ci_low=0.8328, ci_high=0.8419, n_variant=30_121,
        events_variant=4_630,
    ),
    compared(
        "churn", "time_to_event", "kaplan_meier", "survival_probability_difference", at=180.0,
        value=0.0187, std_error=0.0034, ci_low=0.0121, ci_high=0.0253,
    ),
    compared(
        "churn", "time_to_event", "rmst", "rmst_difference", at=180.0, unit="day", value=1.71,
        std_error=0.31, ci_low=1.10, ci_high=2.32, p_value=3.2e-8,
    ),
    compared(
        "churn", "time_to_event", "cox", "hazard_ratio", value=0.888, std_error=0.0203,
        ci_low=0.853, ci_high=0.924, p_value=4.8e-9,
    ),
    compared(
        "churn", "time_to_event", "log_rank", "log_rank", statistic=34.25, df=1.0, p_value=4.8e-9,
        p_value_adjusted=9.6e-9,
    ),
    compared(
        "churn", "time_to_event", "cox", "hazard_ratio", segment="tenure=new", value=0.82,
        ci_low=0.76, ci_high=0.88, n_variant=9_000, n_baseline=9_050,
    ),
    compared(
        "churn", "time_to_event", "cox", "hazard_ratio", segment="tenure=settled", value=0.95,
        ci_low=0.88, ci_high=1.03, n_variant=21_000, n_baseline=20_800,
    ),
    compared(
        "churn", "time_to_event", "cox", "hazard_ratio", segment="tenure=unknown",
        note="no churn in target_300", n_variant=121, n_baseline=29,
    ),
]  # fmt: skip

WINDOWS = [
    estimate(
        "handle_time", "ratio", "delta", "ratio", variant="target_300", unit="second",
        value=301.2, ci_low=300.1, ci_high=302.3,
    ),
    estimate(
        "handle_time", "ratio", "delta", "ratio", variant="no_target", unit="second",
        value=372.9, ci_low=371.5, ci_high=374.3,
    ),
    compared(
        "handle_time", "ratio", "delta", "ratio_difference", unit="second", value=71.7,
        std_error=0.9, ci_low=69.9, ci_high=73.5, p_value=1e-12,
    ),
    compared(
        "handle_time", "ratio", "delta", "relative_difference", value=0.238, ci_low=0.232,
        ci_high=0.244,
    ),
    compared(
        "satisfied", "proportion", "newcombe", "proportion_difference",
        note="no survey was answered in the window",
    ),
]  # fmt: skip

MONEY = [
    compared(
        "revenue", "money", "welch", "mean_difference", unit="EUR", value=2.41, std_error=0.62,
        ci_low=1.19, ci_high=3.63, p_value=1e-4,
    ),
    compared(
        "handling_cost", "money", "welch", "mean_difference", unit="EUR", value=1.02,
        std_error=0.05, ci_low=0.92, ci_high=1.12, p_value=1e-9,
    ),
    compared(
        "net_value", "money", "welch", "net_value", unit="EUR", value=1.39, std_error=0.61,
        ci_low=0.19, ci_high=2.59, p_value=0.02,
    ),
]  # fmt: skip

ANALYSIS: dict[str, Any] = {
    "experiment": "time_it_takes",
    "plan_sha256": "a" * 64,
    "data_sha256": "b" * 64,
    "as_of": AS_OF.isoformat(),
    "version": "0.1.0",
    "arms": [
        {"variant": "target_300", "n_units": 29_900, "n_eligible": 29_879, "n_mature": 25_000},
        {"variant": "no_target", "n_units": 30_140, "n_eligible": 30_121, "n_mature": 25_300},
    ],
    "checks": [
        {
            "name": "sample_ratio",
            "status": "pass",
            "statistic": 0.976,
            "df": 1.0,
            "p_value": 0.323,
            "message": "Arms hold what their buckets promise.",
        },
        {
            "name": "multiple_exposure",
            "status": "warn",
            "statistic": None,
            "df": None,
            "p_value": None,
            "message": "12 units were served another variant once.",
        },
    ],
    "estimates": [*SURVIVAL, *WINDOWS, *MONEY],
    "curves": [curve("target_300", 0.00111), curve("no_target", 0.000986)],
    "decision": {
        "verdict": "ship",
        "reasons": ["Retention is better with certainty.", "No guardrail was broken."],
    },
    "answer": "Without a target 1.9 points more customers stayed 180 days.",
}

INTERIM_PLAN = replace(PLAN, looks=Looks(planned_end=date(2026, 12, 1)))


def with_text(old: str, new: str) -> dict[str, Any]:
    """The analysis with one text replaced by another, wherever it stands."""

    def changed(value: Any) -> Any:  # noqa: ANN401
        match value:
            case str():
                return value.replace(old, new)
            case dict():
                return {key: changed(item) for key, item in value.items()}
            case list():
                return [changed(item) for item in value]
            case _:
                return value

    result: dict[str, Any] = changed(ANALYSIS)
    return result
