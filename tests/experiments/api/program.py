"""A program of experiments, and who asks in it."""

from typing import Any

from django.utils import timezone

from experiments import exposures, registry
from experiments.answers.answer import Answer
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.definitions import VariantDraft
from experiments.exposures import Contact, ExposureRow
from tests.experiments.designs import NOW, plan

WHO: dict[str, Any] = {"actor": "leader", "now": NOW}
HELD = (
    VariantDraft(key="held_out", weight=1000, is_control=True),
    VariantDraft(key="program", weight=9000),
)
HOLDOUT: dict[str, Any] = {
    "key": "care_program",
    "is_holdout": True,
    "variants": HELD,
    "plan_source": plan("care_program")
    .replace("target_300s: 5000, take_time: 5000", "held_out: 1000, program: 9000")
    .replace("control: target_300s", "control: held_out"),
}
CUSTOMERS = [f"{number:04}" for number in range(300)]


def ask(customer: str, *experiments: str, contact: str | None = None, **units: str) -> list[Answer]:
    registry.snapshot.expire()
    question = Question(
        contact=Contact(customer_id=customer, contact_id=contact),
        units={"customer": customer, **units},
        experiments=experiments or None,
    )
    return answer(question, now=NOW, until=float("inf"))


def one(customer: str, experiment: str = "longer_calls", **more: str) -> Answer:
    (given,) = ask(customer, experiment, **more)
    return given


def rows(experiment: str = "longer_calls") -> list[ExposureRow]:
    return list(exposures.log(experiment, until=timezone.now()))


def customer_of(variant: str, experiment: str = "longer_calls") -> str:
    compiled = registry.current(timezone.now()).experiments[experiment]
    return next(each for each in CUSTOMERS if compiled.decide(each).assigned_variant == variant)
