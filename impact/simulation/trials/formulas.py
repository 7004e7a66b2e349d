"""What a formula says of the same power, to be read beside the simulated one."""

from experiments.design import means, proportions
from experiments.design.comparisons import smallest_comparison
from experiments.design.expectations import Expectation
from experiments.design.follow_up import (
    FollowUp,
    daily_hazard,
    mean_event_probability,
    survival_power,
)
from experiments.design.margins import hazards
from experiments.design.margins import means as margins_of_means
from experiments.design.margins import proportions as margins_of_proportions
from experiments.design.spreads import baseline_of, deviation_of
from experiments.plan.document import Direction, Kind, Metric, Plan
from impact.simulation.trials.drawing import Scenario


def formula_power(
    plan: Plan,
    metric: Metric,
    expected: Expectation,
    scenario: Scenario,
    *,
    units: int,
    change: float,
) -> float | None:
    """Return the power by the formula of the metric's kind; None where it does not hold.

    `change` is the one that shows, after adherence. None without an effect, and for a hazard that
    is not constant.
    """
    comparison = smallest_comparison(plan.weights, plan.control)
    compared, share = comparison.part * units, comparison.share
    alpha = 1 - plan.confidence_level
    if not change or compared < means.FEWEST:
        return None
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            if scenario.shape != 1:
                return None
            seen, hazard = _seen(expected, scenario), daily_hazard(expected.monthly_churn)
            return survival_power(compared, hazard, 1 - change, seen, share=share, alpha=alpha)
        case Kind.PROPORTION:
            baseline = baseline_of(metric, expected)
            rises = metric.direction is Direction.INCREASE
            variant = baseline * (1 + change if rises else 1 - change)
            if not 0 < variant < 1:
                return None
            return proportions.power(compared, baseline, variant, share=share, alpha=alpha)
        case _:
            deviation = deviation_of(plan, metric, expected)
            return means.power(compared, change, deviation, share=share, alpha=alpha)


def formula_safety(
    plan: Plan,
    metric: Metric,
    expected: Expectation,
    scenario: Scenario,
    *,
    units: int,
    change: float,
) -> float | None:
    """Return the chance that harm of the metric's margin is ruled out, by the margin's formula.

    `metric` is as it is simulated: the margin of a mean is a share of its level. `change` as in
    `formula_power`, 0 for a policy that does neither harm nor good. None without a margin, and
    where no formula holds.
    """
    comparison = smallest_comparison(plan.weights, plan.control)
    compared, share = comparison.part * units, comparison.share
    alpha, margin = 1 - plan.confidence_level, metric.margin
    if margin is None or compared < means.FEWEST:
        return None
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            if scenario.shape != 1:
                return None
            seen, hazard = _seen(expected, scenario), daily_hazard(expected.monthly_churn)
            ratio = 1 - change
            events = compared * mean_event_probability(hazard, ratio, seen, share=share)
            return hazards.power(events, margin, hazard_ratio=ratio, share=share, alpha=alpha)
        case Kind.PROPORTION:
            baseline = baseline_of(metric, expected)
            benefit = baseline * change
            good = baseline if metric.direction is Direction.INCREASE else 1 - baseline
            if not 0 < good + benefit < 1:
                return None
            return margins_of_proportions.power(
                compared, margin, good, benefit=benefit, share=share, alpha=alpha
            )
        case _:
            deviation = deviation_of(plan, metric, expected)
            return margins_of_means.power(
                compared, margin, deviation, benefit=change, share=share, alpha=alpha
            )


def _seen(expected: Expectation, scenario: Scenario) -> FollowUp:
    loss = daily_hazard(expected.monthly_loss) if expected.monthly_loss else 0.0
    further = scenario.days - scenario.accrual
    return FollowUp(accrual=scenario.accrual, further=further, loss=loss)
