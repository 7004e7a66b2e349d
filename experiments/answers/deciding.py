"""One experiment's decision about a question: the unit found, the time and the draw known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from experiments.answers.question import Question
from experiments.assignment.compiled import CompiledExperiment
from experiments.assignment.decision import Decision, Reason
from experiments.assignment.requirements import CUSTOMER
from experiments.assignment.schedule import TIME_SLOT
from experiments.exposures import Contact
from experiments.registry import RunningSet

KEPT_OUT = frozenset({Reason.NEVER_TREAT, Reason.HOLDOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What an experiment decided, and the contact with all that is recorded of it."""

    experiment: CompiledExperiment
    decision: Decision
    contact: Contact

    @property
    def speaks_of_unit(self) -> bool:
        """Whether a row of the log may say so of the unit for good.

        One customer who is kept out says nothing of the agent or queue that they reached, and a
        unit without a contact has one row.
        """
        kept_out = self.decision.reason in KEPT_OUT
        of_customer = self.experiment.definition.unit == CUSTOMER
        return of_customer or not kept_out or self.contact.contact_id is not None


def decided(question: Question, experiment: CompiledExperiment, *, now: datetime) -> Decided | None:
    """Return the decision; None where unit or cluster of the design were not named.

    A time slot is that of the arrival, however late the question comes.
    """
    known = experiment.at(question.arrived_at or now)
    unit_id = _unit(question, experiment, known)
    if unit_id is None:
        return None
    attributes = {**question.attributes, **known} if known else question.attributes
    decision = experiment.decide(unit_id, attributes, _customer(question))
    if decision.reason is Reason.NO_CLUSTER:
        return None
    contact = question.contact
    if drawn := {**known, **experiment.drawn(attributes)}:
        contact = replace(contact, attributes={**contact.attributes, **drawn})
    return Decided(experiment=experiment, decision=decision, contact=contact)


def followed(question: Question, running: RunningSet, *, now: datetime) -> Decided | None:
    """Return what the holdout says of the customer, to be recorded beside what was asked.

    Held out or not, customers are followed from their first contact on: those whom no experiment
    may touch, and all others, who are what they are compared with.
    """
    asked = question.experiments or ()
    if not running.holdout or running.holdout in asked:
        return None
    return decided(by_customer(question), running.experiments[running.holdout], now=now)


def by_customer(question: Question) -> Question:
    """Return the question about the customer alone: the row of the holdout is that of the unit."""
    customer = _customer(question)
    units = {CUSTOMER: customer} if customer is not None else {}
    contact = replace(question.contact, contact_id=None, customer_id=customer or "")
    return replace(question, units=units, contact=contact)


def _customer(question: Question) -> str | None:
    return question.contact.customer_id or question.units.get(CUSTOMER)


def _unit(
    question: Question, experiment: CompiledExperiment, known: Mapping[str, str | int]
) -> str | None:
    if experiment.definition.unit == TIME_SLOT:
        return str(known["window_id"])
    return question.units.get(experiment.definition.unit)
