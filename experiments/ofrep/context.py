"""The context of an evaluation, as a router's question: nothing of another type is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

import msgspec

from experiments.answers.question import Question
from experiments.assignment.units import canonical_id
from experiments.errors import InvalidRequest
from experiments.exposures import Contact
from experiments.exposures.attributes import Scalar, attributes_violations

TARGETING_KEY = "targetingKey"
IDS: Mapping[str, str] = {
    "customer_id": "customer",
    "contact_id": "contact",
    "agent_id": "agent",
    "team": "team",
    "queue": "queue",
}
BY_CONTACT = frozenset({"contact", "time_slot"})
ROUTING = ("agent_id", "team", "queue")


class ErrorCode(StrEnum):
    """What OpenFeature calls its errors."""

    PARSE_ERROR = "PARSE_ERROR"
    TARGETING_KEY_MISSING = "TARGETING_KEY_MISSING"
    INVALID_CONTEXT = "INVALID_CONTEXT"
    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    GENERAL = "GENERAL"


class Unfit(Exception):
    """The context cannot be evaluated."""

    def __init__(self, code: ErrorCode, details: str) -> None:
        self.code, self.details = code, details
        super().__init__(details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who is asked for. `ids` are canonical, `attributes` the plain values beside them."""

    targeting_key: str
    ids: Mapping[str, str]
    attributes: Mapping[str, Scalar]

    def question(self, experiment: str, unit: str, *, router: str = "") -> Question:
        """Return what `router` asks of an experiment that randomises `unit`.

        The unit is found under its own name (`agent_id`, `team`, ...), else it is the targeting
        key; a time slot is that of the question. Its row is that of the unit: a contact is named
        only where contacts are randomised, or come in time slots.
        """
        name = next((name for name, randomised in IDS.items() if randomised == unit), "")
        ids = {name: self.targeting_key, **self.ids} if name else dict(self.ids)
        routing = {name: ids[name] for name in ROUTING if name in ids}
        known = {name: routing[name] for name in routing if name != "queue"}
        return Question(
            contact=Contact(
                customer_id=ids.get("customer_id", ""),
                contact_id=ids.get("contact_id") if unit in BY_CONTACT else None,
                queue=ids.get("queue", ""),
                attributes={**self.attributes, **known},
                router=router,
            ),
            units={unit: ids[name]} if name else {},
            attributes={**self.attributes, **routing},
            experiments=(experiment,),
        )


def read(body: bytes) -> Context:
    """Return the context of a body `{"context": {"targetingKey": ..., ...}}`.

    Objects and lists among the attributes are left alone: no rule can speak of them.

    Raises:
        Unfit: with the code that clients know, and what is wrong.
    """
    given = _given(body)
    key = given.get(TARGETING_KEY)
    if not _is_given(key):
        raise Unfit(ErrorCode.TARGETING_KEY_MISSING, f"context.{TARGETING_KEY} must not be empty")
    attributes = {
        name: value
        for name, value in given.items()
        if name not in IDS and name != TARGETING_KEY and _is_scalar(value)
    }
    violations = tuple(attributes_violations(attributes))
    if violations:
        raise Unfit(ErrorCode.INVALID_CONTEXT, "; ".join(map(str, violations)))
    ids = {name: _id(given[name], name) for name in IDS if _is_given(given.get(name))}
    return Context(targeting_key=_id(key, TARGETING_KEY), ids=ids, attributes=attributes)


def _given(body: bytes) -> Mapping[str, object]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unfit(ErrorCode.PARSE_ERROR, "the body must be one JSON object in UTF-8") from None
    if not isinstance(document, dict):
        raise Unfit(ErrorCode.PARSE_ERROR, "the body must be one JSON object")
    context = document.get("context")
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise Unfit(ErrorCode.INVALID_CONTEXT, "context must be an object")
    return context


def _id(value: object, name: str) -> str:
    try:
        return canonical_id(value, field=f"context.{name}")
    except InvalidRequest as refusal:
        raise Unfit(ErrorCode.INVALID_CONTEXT, str(refusal)) from None


def _is_given(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _is_scalar(value: object) -> TypeGuard[Scalar]:
    return value is None or isinstance(value, str | bool | int | float)
