"""What a formula says of the same power, to be read beside the simulated one."""

from experiments.design import means, proportions, quantiles
from experiments.design.follow_up import (
    FollowUp,
    daily_hazard,
    mean_event_probability,
    survival_power,
)
from experiments.design.margins import hazards
from experiments.design.margins import means as margins_of_means
from experiments.design.margins import proportions as margins_of_proportions
from experiments.design.spreads import baseline_of
from experiments.plan.document import Direction, Kind
from experiments.plan.time_to_event import NOTHING
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.scenario import Law
from impact.simulation.trials.sizing import Sized, of_means, strangers, window_power


def formula_power(assumed: Assumed, change: float) -> float | None:
    """Return the power by the formula of the metric's kind; None where it does not hold.

    `change` is the one that shows, after adherence. None without an effect, for a hazard that is
    not constant or not of all days, for a quantile of values that are not lognormal, and for
    lifetime revenue.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=1570,
    ...     expected=Expectation(per_day=100.0, variation=1.0), scenario=Scenario())
    >>> round(formula_power(assumed, 0.1414), 2), formula_power(assumed, 0.0)
    (0.8, None)
    """
    if not change or assumed.metric.is_lifetime:
        return None
    if assumed.plan.switchback is not None:
        return window_power(assumed, change)
    sized = _sized(assumed)
    return None if sized is None else _power(assumed, sized, change)


def _power(assumed: Assumed, sized: Sized, change: float) -> float | None:
    size, share, alpha = sized.compared, sized.share, sized.alpha
    match assumed.metric.kind:
        case Kind.TIME_TO_EVENT:
            hazard = daily_hazard(assumed.expected.monthly_churn)
            return survival_power(
                size, hazard, 1 - change, _seen(assumed), share=share, alpha=alpha
            )
        case Kind.PROPORTION:
            return _of_shares(assumed, sized, change)
        case Kind.QUANTILE:
            rises = assumed.metric.direction is Direction.INCREASE
            signed = change if rises else -change
            return quantiles.power(size, signed, sized.deviation, share=share, alpha=alpha)
        case _:
            return means.power(size, change, sized.deviation, share=share, alpha=alpha)


def _of_shares(assumed: Assumed, sized: Sized, change: float) -> float | None:
    baseline = baseline_of(assumed.metric, assumed.expected)
    rises = assumed.metric.direction is Direction.INCREASE
    variant = baseline * (1 + change if rises else 1 - change)
    if not 0 < variant < 1:
        return None
    return proportions.power(
        sized.compared, baseline, variant, share=sized.share, alpha=sized.alpha
    )


def formula_safety(assumed: Assumed, change: float) -> float | None:
    """Return the chance that harm of the metric's margin is ruled out, by the margin's formula.

    The metric is as it is simulated: the margin of a mean is a share of its level. `change` as in
    `formula_power`, 0 for a policy that does neither harm nor good. None without a margin, and
    where no formula holds, as for windows of time.

    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30,
    ... margin: 0.1}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=500,
    ...     expected=Expectation(per_day=100.0, baseline=0.5), scenario=Scenario())
    >>> round(formula_safety(assumed, 0.0), 2)
    0.61
    """
    margin = assumed.metric.margin
    no_formula = assumed.metric.is_lifetime or assumed.plan.switchback is not None
    sized = None if no_formula else _sized(assumed)
    if margin is None or sized is None:
        return None
    size, share, alpha = sized.compared, sized.share, sized.alpha
    match assumed.metric.kind:
        case Kind.TIME_TO_EVENT:
            hazard, ratio = daily_hazard(assumed.expected.monthly_churn), 1 - change
            events = size * mean_event_probability(hazard, ratio, _seen(assumed), share=share)
            return hazards.power(events, margin, hazard_ratio=ratio, share=share, alpha=alpha)
        case Kind.PROPORTION:
            baseline = baseline_of(assumed.metric, assumed.expected)
            benefit = baseline * change
            good = baseline if assumed.metric.direction is Direction.INCREASE else 1 - baseline
            if not 0 < good + benefit < 1:
                return None
            return margins_of_proportions.power(
                size, margin, good, benefit=benefit, share=share, alpha=alpha
            )
        case _:
            return margins_of_means.power(
                size, margin, sized.deviation, benefit=change, share=share, alpha=alpha
            )


def _sized(assumed: Assumed) -> Sized | None:
    """Return what the formula of the kind takes; None where none holds, or of too few units."""
    kind, scenario = assumed.metric.kind, assumed.scenario
    asked = (assumed.metric.time_to_event or NOTHING).at_risk
    if kind is Kind.TIME_TO_EVENT and (scenario.shape != 1 or asked is not None):
        return None
    if kind is Kind.QUANTILE and (scenario.law is not Law.LOGNORMAL or scenario.zeros):
        return None
    counted = kind in {Kind.TIME_TO_EVENT, Kind.PROPORTION}
    sized = strangers(assumed) if counted else of_means(assumed)
    return sized if sized.compared >= means.FEWEST else None


def _seen(assumed: Assumed) -> FollowUp:
    expected, scenario = assumed.expected, assumed.scenario
    loss = daily_hazard(expected.monthly_loss) if expected.monthly_loss else 0.0
    further = scenario.days - scenario.accrual
    return FollowUp(accrual=scenario.accrual, further=further, loss=loss)
