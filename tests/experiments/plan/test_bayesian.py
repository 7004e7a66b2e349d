"""The Bayesian view of a plan: asked for, bounded, and absent from older hashes."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.bayesian import Bayesian
from experiments.plan.canonical import canonical_text
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import KEPT


def test_a_plan_asks_for_the_view_with_a_worthwhile_gain() -> None:
    plan = read_plan(KEPT + "bayesian: {worthwhile: 0.02, prior_sd: 0.1}\n")

    assert plan.bayesian == Bayesian(worthwhile=0.02, prior_sd=0.1)
    assert '"bayesian":{"prior_sd":0.1,"worthwhile":0.02}' in canonical_text(plan)


def test_a_plan_that_does_not_ask_is_hashed_as_before() -> None:
    assert "bayesian" not in canonical_text(read_plan(KEPT))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{worthwhile: 2}", "worthwhile"),
        ("{worthwhile: 0}", "worthwhile"),
        ("{prior_sd: 0.1}", "worthwhile"),
        ("{worthwhile: 0.1, prior_sd: 0}", "prior_sd"),
        ("{worthwhile: 0.1, prior: flat}", "prior"),
    ],
)
def test_what_is_out_of_its_rule_is_refused_by_name(text: str, field: str) -> None:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(f"{KEPT}bayesian: {text}\n")

    assert [violation.field for violation in refusal.value.violations] == [f"bayesian.{field}"]
