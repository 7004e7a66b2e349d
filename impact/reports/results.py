"""The analysis document read back into values, and how its rows are found.

The document is the JSON of contracts that `analyze --format json` prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from impact.analysis.estimates import (
    COLUMNS,
    BayesianView,
    Check,
    CheckStatus,
    Curve,
    CurvePoint,
    Decision,
    Estimate,
    Verdict,
)
from impact.analysis.headlines import BESIDE, PIECEWISE
from impact.analysis.sufficient import ALL, ArmCount
from impact.analysis.survey_names import RESPONDENTS

INTENTION_TO_TREAT = "intention_to_treat"
AS_ASSIGNED = frozenset({INTENTION_TO_TREAT, RESPONDENTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a run says, as values."""

    experiment: str
    plan_sha256: str
    data_sha256: str
    as_of: datetime
    version: str
    arms: tuple[ArmCount, ...]
    checks: tuple[Check, ...]
    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...]
    decision: Decision
    answer: str
    bayesian: tuple[BayesianView, ...] = ()

    @property
    def split_is_broken(self) -> bool:
        """Whether the sample-ratio check failed: then no comparison of the arms means anything."""
        return any(
            check.name == "sample_ratio" and check.status is CheckStatus.FAIL
            for check in self.checks
        )

    def rows(
        self, metric: str, *quantities: str, variant: str | None = None, segment: str = ALL
    ) -> tuple[Estimate, ...]:
        """Return the rows of a metric as assigned, the first of `quantities` first.

        Of a survey these are the rows of those who answered.

        Rows about one term of a model, a part of follow-up, or who answered are not among them.
        """
        return tuple(
            row
            for quantity in quantities
            for row in self.estimates
            if (row.metric, row.quantity, row.segment) == (metric, quantity, segment)
            and row.population in AS_ASSIGNED
            and not row.term
            and row.method not in BESIDE
            and variant in {None, row.variant}
        )

    def about(self, metric: str, terms: tuple[str, ...]) -> tuple[Estimate, ...]:
        """Return the rows about these terms, such as causes of churn, the first term first."""
        return tuple(
            row
            for term in terms
            for row in self.estimates
            if (row.metric, row.term, row.segment) == (metric, term, ALL)
        )

    def parts(self, metric: str) -> tuple[Estimate, ...]:
        """Return the hazard ratios of the parts of follow-up, by where they end."""
        return tuple(
            row
            for row in sorted(self.estimates, key=lambda row: row.at or 0.0)
            if (row.metric, row.method, row.segment) == (metric, PIECEWISE, ALL)
            and row.at is not None
        )

    def first(
        self, metric: str, *quantities: str, variant: str, segment: str = ALL
    ) -> Estimate | None:
        """Return the row to show: the first with a value, else the first with a reason."""
        rows = self.rows(metric, *quantities, variant=variant, segment=segment)
        return next((row for row in rows if row.value is not None), rows[0] if rows else None)


def read_results(analysis: Mapping[str, Any]) -> Results:
    """Return the values of an analysis document.

    Raises:
        KeyError, TypeError, ValueError: the document has not the shape of the contract.
    """
    decision = analysis["decision"]
    return Results(
        experiment=analysis["experiment"],
        plan_sha256=analysis["plan_sha256"],
        data_sha256=analysis["data_sha256"],
        as_of=datetime.fromisoformat(analysis["as_of"]),
        version=str(analysis["version"]),
        arms=tuple(ArmCount(**arm) for arm in analysis["arms"]),
        checks=tuple(_check(check) for check in analysis["checks"]),
        estimates=tuple(_estimate(row) for row in analysis["estimates"]),
        curves=tuple(_curve(curve) for curve in analysis["curves"]),
        decision=Decision(verdict=Verdict(decision["verdict"]), reasons=tuple(decision["reasons"])),
        answer=analysis.get("answer", ""),
        bayesian=tuple(BayesianView(**view) for view in analysis.get("bayesian", ())),
    )


def _check(check: Mapping[str, Any]) -> Check:
    return Check(
        name=check["name"],
        status=CheckStatus(check["status"]),
        message=check["message"],
        statistic=check.get("statistic"),
        df=check.get("df"),
        p_value=check.get("p_value"),
    )


def _estimate(row: Mapping[str, Any]) -> Estimate:
    return Estimate(**{name: row[name] for name in COLUMNS if name in row})


def _curve(curve: Mapping[str, Any]) -> Curve:
    return Curve(
        metric=curve["metric"],
        kind=curve["kind"],
        variant=curve["variant"],
        segment=curve["segment"],
        term=curve.get("term", ""),
        points=tuple(CurvePoint(**point) for point in curve["points"]),
    )
