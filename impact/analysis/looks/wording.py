"""A look before the planned end, in sentences."""

from datetime import date

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


def look_text(plan: Plan, look: int, *, stopped: bool, today: date | None = None) -> str:
    """Say which look it is, by which rule, and whether a bound was crossed.

    With `today`, a day between two looks, when the next one is.

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
    if today is not None and rule.has_dates and today not in plan.looks.dates:
        which = f"{look} of {len(plan.looks.dates) + 1}"
        day = next_look(plan, today)
        return f"No look today; the next ({which}) is on {day}. Until then nothing is decided."
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


def next_look(plan: Plan, today: date) -> date | None:
    """Return the day of the look after this one; the last look is the planned end.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}],
    ... looks: {planned_end: 2026-12-01, rule: pocock, dates: [2026-10-01], planned_units: 900}}''')
    >>> [f"{next_look(plan, date(2026, month, 1))}" for month in (9, 10)]
    ['2026-10-01', '2026-12-01']
    """
    return next((look for look in plan.looks.dates if look > today), plan.looks.planned_end)


def _which(plan: Plan, look: int) -> str:
    dates = plan.looks.dates
    if not dates:
        return "This reading before the planned end"
    return f"Look {look} of {len(dates) + 1}"
