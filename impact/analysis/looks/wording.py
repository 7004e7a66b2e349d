"""A look before the planned end, in sentences."""

from experiments.plan.document import Plan
from experiments.plan.looks import LookRule

RULES = {
    LookRule.CONFIDENCE_SEQUENCE: "an asymptotic confidence sequence",
    LookRule.OBRIEN_FLEMING: "group-sequential bounds with spending of O'Brien and Fleming's type",
    LookRule.POCOCK: "group-sequential bounds with spending of Pocock's type",
}
# How a remark on what is hidden begins.
NO_INTERVAL, NO_TEST, NO_SPREAD = "no interval: ", "no test: ", "no deviation: "
CLAIM = "its intervals hold whatever was looked at before"


def look_text(plan: Plan, look: int, *, stopped: bool) -> str:
    """Say which look it is, by which rule, and whether a bound was crossed.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}],
    ... looks: {planned_end: 2026-12-01, rule: pocock, dates: [2026-10-01], planned_units: 900}}''')
    >>> print(look_text(plan, 1, stopped=True))  # doctest: +NORMALIZE_WHITESPACE
    Look 1 of 2 is read by group-sequential bounds with spending of Pocock's type: its
    intervals hold whatever was looked at before. A bound was crossed, so that the experiment
    may stop.
    """
    rule = plan.looks.rule
    if rule is None:
        return f"The planned end is {plan.looks.planned_end}."
    what = f"{_which(plan, look)} is read by {RULES[rule]}: {CLAIM}."
    if stopped:
        return f"{what} A bound was crossed, so that the experiment may stop."
    end = plan.looks.planned_end
    return f"{what} No bound that ends the experiment was crossed; the planned end is {end}."


def rule_text(plan: Plan) -> str:
    """Say how often and by which rule a plan is read before its end; "" without a rule.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}],
    ... looks: {planned_end: 2026-12-01, rule: confidence_sequence, planned_units: 1000}}''')
    >>> rule_text(plan)
    'an asymptotic confidence sequence, at any time'
    """
    rule = plan.looks.rule
    if rule is None:
        return ""
    dates = ", ".join(f"{day}" for day in plan.looks.dates)
    return f"{RULES[rule]}{f', on {dates}' if rule.has_dates else ', at any time'}"


def _which(plan: Plan, look: int) -> str:
    dates = plan.looks.dates
    if not dates:
        return "This reading before the planned end"
    return f"Look {look} of {len(dates) + 1}"
