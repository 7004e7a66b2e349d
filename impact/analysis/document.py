"""The analysis as the published JSON document."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from experiments.plan.document import Plan
from impact.analysis.answer import answer
from impact.analysis.estimates import Analysis, Curve
from impact.analysis.sufficient import SufficientStatistics


def document(  # noqa: PLR0913  # one argument per fact that the document states
    plan: Plan,
    statistics: SufficientStatistics,
    analysis: Analysis,
    *,
    as_of: datetime,
    plan_sha256: str,
    data_sha256: str,
    version: str,
) -> dict[str, Any]:
    """Return the document that `analyze --format json` prints: only JSON values.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.estimates import Decision, Verdict
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> decision = Decision(verdict=Verdict.NOT_IDENTIFIED, reasons=("No units.",))
    >>> found = document(plan, SufficientStatistics(arms=(), checks=CheckCounts(assigned=())),
    ...     Analysis(estimates=(), curves=(), checks=(), decision=decision), plan_sha256="ab",
    ...     data_sha256="cd", version="1.0", as_of=datetime(2026, 10, 1, 6, tzinfo=UTC))
    >>> found["as_of"], found["decision"]
    ('2026-10-01T06:00:00+00:00', {'verdict': 'not_identified', 'reasons': ['No units.']})
    >>> found["answer"]
    'Solved of b and a cannot be compared: no estimate was made.'
    """
    return {
        "experiment": plan.key,
        "plan_sha256": plan_sha256,
        "data_sha256": data_sha256,
        "as_of": as_of.astimezone(UTC).isoformat(),
        "version": version,
        "arms": [asdict(arm) for arm in statistics.arms],
        "checks": [asdict(check) | {"status": check.status.value} for check in analysis.checks],
        "estimates": [asdict(row) for row in analysis.estimates],
        "curves": [_curve(curve) for curve in analysis.curves],
        "decision": {
            "verdict": analysis.decision.verdict.value,
            "reasons": list(analysis.decision.reasons),
        },
        "answer": answer(plan, analysis),
        **_bayesian(analysis),
    }


def _bayesian(analysis: Analysis) -> dict[str, Any]:
    """The view has a place of its own, which only a plan that asks for it has."""
    if not analysis.bayesian:
        return {}
    return {"bayesian": [asdict(view) for view in analysis.bayesian]}


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "metric": curve.metric,
        "kind": curve.kind,
        "variant": curve.variant,
        "segment": curve.segment,
        **({"term": curve.term} if curve.term else {}),
        "points": [asdict(point) for point in curve.points],
    }
