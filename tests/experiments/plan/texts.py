"""Plans in a few lines, and what is said of those that cannot be read."""

import pytest

from experiments.errors import InvalidPlan, Violation
from experiments.plan.reading import read_plan

HEAD = """\
key: calm
unit: customer
control: a
weights: {a: 5000, b: 5000}
"""


PRIMARY = "metrics: [{key: kept, role: primary, kind: time_to_event, source: churn}]\n"


KEPT = HEAD + PRIMARY.replace("churn}", "churn, horizon: 14}")


def with_metric(fields: str) -> str:
    return HEAD + "metrics:\n  - {key: m, role: primary, " + fields + "}\n"


def violations(text: str) -> tuple[Violation, ...]:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(text)
    return refusal.value.violations


def refused(text: str) -> list[tuple[str, int | None]]:
    return [(violation.field, violation.line) for violation in violations(text)]
