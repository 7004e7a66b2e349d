"""Effects that decide, and those that do not."""

from dataclasses import replace

from experiments.plan.document import Metric, Role
from impact.analysis.estimates import Check, CheckStatus, Estimate
from tests.impact.analysis.building import RETENTION, SPEND, plan_of


def effect(
    metric: Metric, quantity: str, value: float, low: float, high: float, **more: object
) -> Estimate:
    row = Estimate(
        metric=metric.key,
        kind=metric.kind.value,
        method="any",
        quantity=quantity,
        variant="patient",
        baseline="control",
        value=value,
        ci_low=low,
        ci_high=high,
        confidence_level=0.95,
        p_value=0.01,
    )
    return replace(row, **more)  # type: ignore[arg-type]  # a test names real fields


BETTER = effect(RETENTION, "hazard_ratio", 0.85, 0.80, 0.90)
UNCLEAR = effect(RETENTION, "hazard_ratio", 0.97, 0.91, 1.04)
WORSE = effect(RETENTION, "hazard_ratio", 1.2, 1.1, 1.3)
LOG_RANK = replace(UNCLEAR, quantity="log_rank", value=None, ci_low=None, ci_high=None)
KEPT = effect(RETENTION, "survival_probability_difference", 0.021, 0.0104, 0.0316, at=180.0)
SAME = effect(RETENTION, "survival_probability_difference", 0.008, -0.003, 0.019, at=180.0)
SOUND = (Check(name="sample_ratio", status=CheckStatus.PASS, message="fine"),)
BROKEN = (Check(name="sample_ratio", status=CheckStatus.FAIL, message="600 against 400."),)
MEAN_PLAN = plan_of(replace(SPEND, role=Role.PRIMARY))
