"""Lifetime revenue in a plan: a mean of revenue with a horizon in place of a window."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import HEAD

PLAN = (
    HEAD
    + """\
time_unit: month
metrics:
"""
)


def line(fields: str) -> str:
    return f"{PLAN}  - {{key: lifetime, role: primary, kind: mean, {fields}}}\n"


def test_a_mean_of_revenue_may_have_a_horizon() -> None:
    plan = read_plan(line("source: revenue.amount, horizon: 12"))

    assert plan.primary.is_lifetime
    assert not plan.primary.is_windowed
    assert plan.primary.horizon == 360


def test_a_plan_without_one_is_locked_as_ever() -> None:
    plan = read_plan(line("source: revenue.amount, window: 3"))

    assert not plan.primary.is_lifetime
    assert "horizon" not in canonical_text(plan)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("source: contacts.talk_seconds, horizon: 12", "horizon"),
        ("source: revenue, horizon: 12", "horizon"),
        ("source: revenue.amount, horizon: 12, window: 12", "horizon"),
        ("source: revenue.amount, horizon: 0.05", "horizon"),
        ("source: revenue.amount, horizon: 1.05", "horizon"),
        ("source: revenue.amount, horizon: 12, maturity: complete", "maturity"),
        ("source: revenue.amount, horizon: 12, adjustment: {pre_window: 1}", "adjustment"),
    ],
)
def test_what_a_lifetime_does_not_take_is_refused(fields: str, field: str) -> None:
    with pytest.raises(InvalidPlan) as error:
        read_plan(line(fields))

    assert [item.field for item in error.value.violations] == [f"metrics[1].{field}"]
