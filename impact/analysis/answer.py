"""The answer in one sentence, with its interval, for a reader who reads nothing else."""

from experiments.plan.document import Kind, Plan
from impact.analysis.benefits import excludes_no_effect
from impact.analysis.checks.registry import split_is_broken
from impact.analysis.estimates import Analysis, Estimate, Verdict
from impact.analysis.headlines import effect_row, has_one_limit
from impact.analysis.sufficient import ALL
from impact.analysis.wording import change_text, effect_text, time_text

RETAINED = "survival_probability_difference"


def answer(plan: Plan, analysis: Analysis) -> str:
    """Return what the experiment says about its primary metric, in one sentence.

    For time to event the difference in retention at the horizon and the hazard ratio; otherwise
    the difference of the metric. Said with care before the planned end and when the split is
    broken.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.estimates import Decision
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> row = Estimate(metric="solved", kind="proportion", method="newcombe", variant="b",
    ...     baseline="a", quantity="proportion_difference", value=0.031, ci_low=0.012, ci_high=0.05,
    ...     confidence_level=0.95)
    >>> decision = Decision(verdict=Verdict.SHIP, reasons=())
    >>> answer(plan, Analysis(estimates=(row,), curves=(), checks=(), decision=decision))
    'With b Solved is 3.1 percentage points higher (95% interval +1.2 to +5.0) than with a.'
    """
    said = "; ".join(
        _about(plan, variant, analysis.estimates)
        for variant in plan.variants
        if variant != plan.control
    )
    sentence = f"{_caution(plan, analysis)}{said}."
    return sentence[0].upper() + sentence[1:]


def _caution(plan: Plan, analysis: Analysis) -> str:
    if split_is_broken(analysis.checks):
        return "not to be relied on, because the split between the arms is broken: "
    if analysis.decision.verdict is Verdict.KEEP_RUNNING:
        return f"interim, before the planned end of {plan.looks.planned_end}: "
    if any(row.look is not None for row in analysis.estimates):
        return f"stopped at a crossed bound before the planned end of {plan.looks.planned_end}: "
    return ""


def _about(plan: Plan, variant: str, estimates: tuple[Estimate, ...]) -> str:
    metric = plan.primary
    effect = effect_row(metric, variant, estimates)
    if metric.kind is not Kind.TIME_TO_EVENT:
        return _difference(plan, variant, effect)
    retained = _retained(plan, variant, estimates)
    if retained is None or retained.value is None:
        return _hazard(plan, variant, effect)
    ratio = "" if effect is None else f"; the hazard ratio is {effect_text(metric, effect)}"
    shown = effect is not None and excludes_no_effect(metric, effect)
    open_hazard = effect is not None and has_one_limit(effect) and not shown
    said = _retention(plan, variant, retained, hazard_differs=shown, hazard_open=open_hazard)
    return f"{said}{ratio}"


def _retained(plan: Plan, variant: str, estimates: tuple[Estimate, ...]) -> Estimate | None:
    key = (plan.primary.key, RETAINED, variant, ALL)
    rows = (row for row in estimates if (row.metric, row.quantity, row.variant, row.segment) == key)
    return next(rows, None)


def _retention(
    plan: Plan, variant: str, row: Estimate, *, hazard_differs: bool, hazard_open: bool
) -> str:
    """Say retention at the horizon; "no effect" only where the hazard shows none either.

    Where nobody left one arm the difference rests on the other alone: the exact limit of the
    hazard decides, and where it leaves no effect open none is shown.
    """
    after = "at the horizon" if row.at is None else f"after {time_text(plan, row.at)}"
    change = change_text(plan.primary, row)
    if change is not None and not hazard_open:
        return f"{after} retention with {variant} is {change} than with {plan.control}"
    effect = effect_text(plan.primary, row)
    difference = f"the difference in retention between {variant} and {plan.control} is {effect}"
    silent = hazard_differs or _is_hidden(row)
    return f"{'' if silent else 'no effect is shown: '}{after} {difference}"


def _hazard(plan: Plan, variant: str, effect: Estimate | None) -> str:
    if effect is None or (effect.value is None and not has_one_limit(effect)):
        return _unknown(plan, variant, effect)
    against = f"with {variant} against {plan.control}"
    return f"the hazard ratio {against} is {effect_text(plan.primary, effect)}"


def _difference(plan: Plan, variant: str, effect: Estimate | None) -> str:
    if effect is None or effect.value is None:
        return _unknown(plan, variant, effect)
    metric, change = plan.primary, change_text(plan.primary, effect)
    if _is_hidden(effect):
        between = f"the difference in {metric.label} between {variant} and {plan.control}"
        return f"{between} is {effect_text(metric, effect)} so far"
    if change is None:
        return (
            f"no effect on {metric.label} is shown: the difference between {variant} and "
            f"{plan.control} is {effect_text(metric, effect)}"
        )
    return f"with {variant} {metric.label} is {change} than with {plan.control}"


def _is_hidden(row: Estimate) -> bool:
    """Whether an interim row has no interval: then it shows no effect and denies none."""
    return row.look is not None and row.ci_low is None


def _unknown(plan: Plan, variant: str, effect: Estimate | None) -> str:
    reason = "no estimate was made" if effect is None else effect.note
    return f"{plan.primary.label} of {variant} and {plan.control} cannot be compared: {reason}"
