"""The neighbours of a plan: named by their keys, absent from older hashes."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import KEPT


def test_a_plan_names_experiments_at_the_same_time() -> None:
    plan = read_plan(KEPT + "neighbours: [tone, offer]\n")

    assert plan.neighbours == ("tone", "offer")
    assert '"neighbours":["tone","offer"]' in canonical_text(plan)
    assert "neighbours" not in canonical_text(read_plan(KEPT))


@pytest.mark.parametrize("named", ["[Tone]", "[tone, tone]", "{tone: 1}"])
def test_what_is_no_experiment_is_refused(named: str) -> None:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(f"{KEPT}neighbours: {named}\n")

    assert {violation.field for violation in refusal.value.violations} == {"neighbours"}
