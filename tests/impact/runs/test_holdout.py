"""The holdout in a report: whoever no experiment touched is followed to churn like all others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest

from experiments import definitions, registry
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.definitions import VariantDraft
from experiments.exposures import Contact
from experiments.plan.template import plan_text
from impact.records.kinds import RecordKind
from tests.impact.runs.conftest import CUSTOMERS, START, draft, send
from tests.impact.runs.test_computing import computed

KEY = "care_program"
WEIGHTS = {"held_out": 3000, "program": 7000}


@pytest.fixture
def followed(db: None) -> Iterator[dict[str, str]]:  # noqa: ARG001  # asks for a database
    """Yield each customer's arm of the holdout, after each asked twice for another experiment."""
    registry.snapshot.forget()
    holdout = replace(
        draft(),
        key=KEY,
        is_holdout=True,
        plan_source=plan_text(
            key=KEY, title="All of it", unit="customer", control="held_out", weights=WEIGHTS
        ),
        variants=tuple(
            VariantDraft(key=name, weight=weight, is_control=name == "held_out")
            for name, weight in WEIGHTS.items()
        ),
    )
    for each in (holdout, draft()):
        definitions.create(each, actor="a test", now=START)
        for move in (definitions.submit, definitions.start):
            move(each.key, actor="a test", now=START)
    compiled = registry.current(START).experiments[KEY]
    customers = [f"{number:04}" for number in range(CUSTOMERS)]
    for turn in range(2):
        for customer in customers:
            ask(customer, f"k-{customer}-{turn}")
    yield {each: compiled.decide(each).assigned_variant for each in customers}
    registry.snapshot.forget()


def ask(customer: str, contact: str) -> None:
    question = Question(
        contact=Contact(customer_id=customer, contact_id=contact, attributes={"tier": "pro"}),
        units={"customer": customer},
        attributes={"tier": "pro"},
    )
    answer(question, now=START + timedelta(hours=1), until=monotonic() + 60)


def test_the_held_out_are_an_arm_that_is_followed_to_churn(followed: dict[str, str]) -> None:
    left = [customer for place, customer in enumerate(followed) if place % 4 == 0]
    send(
        RecordKind.CHURN,
        [
            {"customer_id": each, "churned_at": (START + timedelta(days=40)).isoformat()}
            for each in left
        ],
    )

    analysis = computed(KEY).analysis

    assert analysis is not None
    arms = {arm["variant"]: arm["n_eligible"] for arm in analysis["arms"]}
    held_out = [customer for customer, arm in followed.items() if arm == "held_out"]
    assert arms == {"held_out": len(held_out), "program": CUSTOMERS - len(held_out)}
    (curve,) = [
        each
        for each in analysis["curves"]
        if (each["kind"], each["variant"], each["segment"]) == ("survival", "held_out", "all")
    ]
    events = sum(point["events"] for point in curve["points"])
    assert events == len(set(left) & set(held_out))
    (check,) = [each for each in analysis["checks"] if each["name"] == "sample_ratio"]
    assert check["status"] == "pass"
