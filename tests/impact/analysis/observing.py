"""One observation a unit, counted, stored, read again and evaluated."""

from collections.abc import Sequence

from experiments.plan.document import Plan
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute


def rows_of(
    plan: Plan, assignments: Sequence[Row], outcomes: Sequence[float]
) -> tuple[Estimate, ...]:
    observed = [
        {"unit_id": row["unit_id"], "metric": "y", "value": value}
        for row, value in zip(assignments, outcomes, strict=True)
    ]
    counted = compute(plan, assignments, observations=observed)
    return evaluate(plan, load(dump(counted)), as_of=AS_OF).estimates
