"""The looks of a plan, read: when the answer may be read, and by which rule before the end."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from experiments.plan.fields import Section
from experiments.plan.instants import day, day_of
from experiments.plan.looks import LookRule, Looks
from experiments.plan.numbers import integer
from experiments.plan.yaml_lines import Mapping, Scalar, Sequence

FIXED = "fixed"
ONE_LOOK = "without a rule there is one look, at the planned end"
NEEDS_RULE = "belongs to a rule: " + ", ".join(LookRule)
MOST_LOOKS = 20
LARGEST = 1_000_000_000


def read_looks(section: Section, *, units: bool, events: bool) -> Looks:
    """Return the looks: one date, or a mapping with the rule for readings before the end.

    `units` and `events` tell whether the plan measures anything whose information is units, and
    anything whose information is events: a rule needs to know how much of them is planned.
    """
    value = section.given("looks")
    if value is None:
        return Looks()
    if not isinstance(value, Mapping):
        return _one_date(section, value)
    inner = Section(path=section.place("looks"), mapping=value, violations=section.violations)
    looks = Looks(
        planned_end=day(inner, "planned_end"),
        rule=_rule(inner),
        dates=_dates(inner),
        planned_units=integer(inner, "planned_units", low=1, high=LARGEST),
        planned_events=integer(inner, "planned_events", low=1, high=LARGEST),
    )
    _check(inner, looks)
    _check_information(inner, looks, units=units, events=events)
    inner.refuse_unknown()
    return looks


def _one_date(section: Section, value: Scalar | Sequence) -> Looks:
    items = section.names("looks")
    if len(items) == 1 and len(getattr(value, "items", items)) == 1:
        return Looks(planned_end=day_of(section, "looks", items[0]))
    section.refuse("looks", f"must be one date, or a mapping of planned_end and rule: {ONE_LOOK}")
    return Looks()


def _rule(inner: Section) -> LookRule | None:
    given = inner.scalar("rule")
    if given is None or given.text == FIXED:
        return None
    return inner.choice("rule", LookRule)


def _dates(inner: Section) -> tuple[date, ...]:
    found = (day_of(inner, "dates", item) for item in inner.names("dates"))
    return tuple(on for on in found if on is not None)


def _check(inner: Section, looks: Looks) -> None:
    number = integer(inner, "number", low=1, high=MOST_LOOKS + 1)
    if looks.rule is None:
        if number not in {None, 1}:
            inner.refuse("number", f"must be 1: {ONE_LOOK}")
        _refuse_given(inner, ("dates", "planned_units", "planned_events"))
        return
    if looks.planned_end is None:
        inner.refuse("planned_end", f"is required by the rule {looks.rule}")
    if number is not None and number != len(looks.dates) + 1:
        inner.refuse("number", f"must be {len(looks.dates) + 1}: the dates and the planned end")
    _check_dates(inner, looks)


def _refuse_given(inner: Section, names: Iterable[str]) -> None:
    for name in names:
        if inner.given(name) is not None:
            inner.refuse(name, NEEDS_RULE)


def _check_dates(inner: Section, looks: Looks) -> None:
    if looks.rule is not None and looks.rule.has_dates and not looks.dates:
        inner.refuse("dates", f"is required by the rule {looks.rule}: the looks before the end")
    days = looks.dates if looks.planned_end is None else (*looks.dates, looks.planned_end)
    if any(later <= earlier for earlier, later in pairwise(days)):
        inner.refuse("dates", "must ascend and lie before planned_end")
    if len(looks.dates) > MOST_LOOKS:
        inner.refuse("dates", f"must be {MOST_LOOKS} looks or fewer")


def _check_information(inner: Section, looks: Looks, *, units: bool, events: bool) -> None:
    if looks.rule is None:
        return
    for name, needed in (("planned_units", units), ("planned_events", events)):
        if needed and inner.given(name) is None:
            inner.refuse(name, f"is required by the rule {looks.rule}: how much is information 1?")
        if not needed and inner.given(name) is not None:
            inner.refuse(name, "belongs to a kind of metric that the plan does not have")
