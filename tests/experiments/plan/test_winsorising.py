"""Winsorising in a plan: a cap, or the quantile that is one, fixed before the data is seen."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text
from experiments.plan.reading import read_plan
from experiments.plan.winsorising import Winsorising
from tests.experiments.plan.texts import with_metric

MEAN = "kind: mean, source: revenue.amount, window: 90"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{quantile: 0.99}", Winsorising(quantile=0.99)),
        ("{cap: 500}", Winsorising(cap=500.0)),
    ],
)
def test_a_mean_may_be_winsorised(given: str, expected: Winsorising) -> None:
    plan = read_plan(with_metric(f"{MEAN}, winsorising: {given}"))

    assert plan.primary.winsorising == expected


def test_a_plan_without_it_is_locked_as_ever() -> None:
    assert "winsorising" not in canonical_text(read_plan(with_metric(MEAN)))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (f"{MEAN}, winsorising: {{quantile: 1}}", "winsorising.quantile"),
        (f"{MEAN}, winsorising: {{quantile: 0.9, cap: 3}}", "winsorising"),
        (f"{MEAN}, winsorising: {{}}", "winsorising"),
        (f"{MEAN}, winsorising: 0.99", "winsorising"),
        (f"{MEAN}, winsorising: {{cap: 3}}, adjustment: {{pre_window: 9}}", "winsorising"),
        ("kind: mean, source: revenue.amount, horizon: 9, winsorising: {cap: 3}", "winsorising"),
        ("kind: proportion, source: churn, window: 9, winsorising: {cap: 3}", "winsorising"),
    ],
)
def test_what_is_no_winsorising_is_refused(fields: str, field: str) -> None:
    with pytest.raises(InvalidPlan) as error:
        read_plan(with_metric(fields))

    assert f"metrics[1].{field}" in [item.field for item in error.value.violations]
