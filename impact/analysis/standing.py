"""How a success metric stands in one variant: better, worse, unclear, unknown."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.plan.document import Metric, Plan, Role
from impact.analysis.benefits import benefit_interval, excludes_no_effect
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row, headline_of, p_value_row
from impact.analysis.wording import effect_text, percent


class Standing(StrEnum):
    """What the evidence says of a metric in a variant."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The standing of a success metric, said in a sentence; `interim_text` decides nothing."""

    standing: Standing
    text: str
    interim_text: str


def judge_successes(
    plan: Plan, variant: str, estimates: tuple[Estimate, ...]
) -> tuple[Finding, ...]:
    """Return how the success metrics stand in one variant against control, the primary first.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> row = Estimate(metric="solved", kind="proportion", method="newcombe", variant="b",
    ...     quantity="proportion_difference", value=0.031, ci_low=-0.005, ci_high=0.067,
    ...     confidence_level=0.95)
    >>> (found,) = judge_successes(plan, "b", (row,))
    >>> print(found.standing.value, found.text)  # doctest: +NORMALIZE_WHITESPACE
    unclear Solved, b against a: proportion difference +3.1 percentage points (95% interval
    -0.5 to +6.7). No effect shown: the interval includes no effect.
    """
    return tuple(_judge(plan, metric, variant, estimates) for metric in _success_metrics(plan))


def _success_metrics(plan: Plan) -> tuple[Metric, ...]:
    """Return what may win: the primary, and the secondary metrics confirmed in its family."""
    primary = plan.primary
    own = [family for family in plan.families if primary.key in family.metrics]
    beside = {key for family in own if family.confirms for key in family.metrics}
    others = (metric for metric in plan.metrics if metric.role is Role.SECONDARY)
    return (primary, *(metric for metric in others if metric.key in beside))


def _judge(plan: Plan, metric: Metric, variant: str, estimates: tuple[Estimate, ...]) -> Finding:
    effect = effect_row(metric, variant, estimates)
    test = p_value_row(metric, variant, estimates)
    standing = standing_of(plan, metric, effect, test)
    said = f"{metric.label}, {variant} against {plan.control}: {_effect(metric, effect)}"
    shown = effect is not None and excludes_no_effect(metric, effect)
    meaning = _meaning(plan, standing, shown=shown)
    return Finding(
        standing=standing,
        text=f"{said}. {meaning}",
        interim_text=f"{said} so far, interim.",
    )


def standing_of(
    plan: Plan, metric: Metric, effect: Estimate | None, test: Estimate | None
) -> Standing:
    """Return the standing by the effect's interval and the test as adjusted in its family.

    >>> from dataclasses import replace
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> row = Estimate(metric="solved", kind="proportion", method="newcombe", variant="b",
    ...     quantity="proportion_difference", value=0.031, ci_low=0.002, ci_high=0.06, p_value=0.04)
    >>> standing_of(plan, plan.primary, row, row).value
    'better'
    >>> standing_of(plan, plan.primary, row, replace(row, p_value_adjusted=0.08)).value
    'unclear'
    >>> standing_of(plan, plan.primary, None, None).value
    'unknown'
    """
    interval = None if effect is None else benefit_interval(metric, effect)
    if interval is None:
        return Standing.UNKNOWN
    low, high = interval
    if low <= 0 <= high or not _survives_its_family(plan, test):
        return Standing.UNCLEAR
    return Standing.BETTER if low > 0 else Standing.WORSE


def _survives_its_family(plan: Plan, test: Estimate | None) -> bool:
    if test is None or test.p_value_adjusted is None:
        return True
    return test.p_value_adjusted < _error_rate(plan)


def _effect(metric: Metric, effect: Estimate | None) -> str:
    if effect is None:
        return "no estimate"
    name = headline_of(metric).effect.replace("_", " ")
    return f"{name} {effect_text(metric, effect)}"


def _meaning(plan: Plan, standing: Standing, *, shown: bool) -> str:
    match standing:
        case Standing.BETTER:
            return "This is better than no effect."
        case Standing.WORSE:
            return "This is worse than no effect."
        case Standing.UNKNOWN:
            return "Without an interval there is no answer."
        case Standing.UNCLEAR:
            return _unclear(plan, shown=shown)


def _unclear(plan: Plan, *, shown: bool) -> str:
    """Say why nothing is shown: the family is why only where the interval alone would show it."""
    if not shown:
        return "No effect shown: the interval includes no effect."
    level = percent(_error_rate(plan))
    return f"No effect shown: adjusted within its family by Holm, the p-value is not below {level}."


def _error_rate(plan: Plan) -> float:
    """Return one minus the level, free of the binary dust of 1 - 0.95."""
    return round(1 - plan.confidence_level, 12)
