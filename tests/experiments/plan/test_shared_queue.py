"""Whether variants wait together: a plan's word against what is taken for granted."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import plan_sha256
from experiments.plan.reading import read_plan

PLAN = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: retention, role: primary, kind: time_to_event, source: churn, horizon: 90}
"""


def test_to_say_what_is_taken_for_granted_leaves_the_lock_alone() -> None:
    said = read_plan(PLAN + "shared_queue: true")

    assert plan_sha256(said) == plan_sha256(read_plan(PLAN))


def test_queues_of_their_own_are_part_of_the_lock() -> None:
    plan = read_plan(PLAN + "shared_queue: false")

    assert plan.shared_queue is False
    assert plan_sha256(plan) != plan_sha256(read_plan(PLAN))


def test_another_answer_is_refused_by_its_line() -> None:
    with pytest.raises(InvalidPlan, match="line 7: shared_queue = perhaps: must be true or false"):
        read_plan(PLAN + "shared_queue: perhaps")
