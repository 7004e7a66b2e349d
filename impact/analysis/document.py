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
    """Return the document that `analyze --format json` prints: only JSON values."""
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
