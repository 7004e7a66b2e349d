"""A sound experiment for the tests to start from."""

from dataclasses import replace
from datetime import UTC, datetime

from experiments import definitions
from experiments.definitions import Draft, VariantDraft
from experiments.models import Experiment

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
WHO = {"actor": "leader", "now": NOW}
PLAN = """
key: {key}
unit: {unit}
control: target_300s
weights: {{target_300s: 5000, take_time: 5000}}
metrics:
  - {{key: retention, role: primary, kind: time_to_event, source: churn, horizon: 180}}
"""


def plan(key: str = "longer_calls", unit: str = "customer") -> str:
    if unit == "customer":
        return PLAN.format(key=key, unit=unit)
    metric = "kind: mean, source: observations.quality"
    return PLAN.format(key=key, unit=unit).replace(
        "kind: time_to_event, source: churn, horizon: 180", metric
    )


def draft(key: str = "longer_calls", **changes: object) -> Draft:
    plain = Draft(
        key=key,
        title="Take the time it needs",
        variants=(
            VariantDraft(
                key="target_300s",
                weight=5000,
                is_control=True,
                policy={"target_seconds": 300, "greeting": "Hello, how may I help?"},
            ),
            VariantDraft(
                key="take_time",
                weight=5000,
                policy={"target_seconds": 540, "callback": True, "queue": "q_long"},
            ),
        ),
        plan_source=plan(key, str(changes.get("unit", "customer"))),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name fields


def running(key: str = "longer_calls", *, now: datetime = NOW, **changes: object) -> Experiment:
    definitions.create(draft(key, **changes), actor="leader", now=now)
    definitions.submit(key, actor="leader", now=now)
    return definitions.start(key, actor="leader", now=now)
