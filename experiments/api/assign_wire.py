"""The body of `POST /api/v1/assign`, as a question."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from experiments.answers.question import Question
from experiments.api.assign_form import form_fields, is_form
from experiments.api.values import instant
from experiments.api.wire import decode
from experiments.assignment.refusals import violation
from experiments.assignment.units import canonical_id
from experiments.errors import InvalidRequest, Violation
from experiments.exposures import Contact
from experiments.exposures.attributes import Scalar, attributes_violations

FORMATS = ("json", "form", "text", "httapi")
MOST_EXPERIMENTS = 64
SKEW = timedelta(days=1)
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


class AssignBody(msgspec.Struct):
    """What a router sends. Fields that are not named here are left alone.

    `experiment` is refused where it stands for `experiments`: left alone, it would be answered
    with all experiments, and the router would look for its variant in vain.
    """

    customer_id: str | None = None
    contact_id: str | None = None
    agent_id: str | None = None
    team: str | None = None
    queue: str | None = None
    arrived_at: str | None = None
    experiments: list[str] | None = None
    attributes: dict[str, Scalar] | None = None
    expose: bool | None = None
    format: str | None = None
    experiment: object = None


_DECODER = msgspec.json.Decoder(AssignBody)
_IDS = ("customer_id", "contact_id", "agent_id", "team", "queue")


def read(body: bytes, *, wanted: str | None = None, content_type: str = "") -> AssignBody:
    """Return the body, JSON or a form, with every value of its own type, all of them in bounds.

    `wanted` is the format that the address asks for, where the body names none.

    Raises:
        InvalidRequest: naming field, value and rule.
    """
    if is_form(body, content_type):
        sent = msgspec.convert(form_fields(body), AssignBody)
    else:
        sent = decode(body, _DECODER)
    sent.format = sent.format or wanted or FORMATS[0]
    if violations := tuple(_violations(sent)):
        raise InvalidRequest(*violations)
    return sent


def question(sent: AssignBody, *, now: datetime, router: str = "") -> Question:
    """Return what `router` asks; an id that is empty or blank counts as not given.

    Targeting sees the agent, team and queue of the contact beside its attributes.

    Raises:
        InvalidRequest: an id or the time of arrival cannot be one.
    """
    ids = {name: canonical_id(value, field=name) for name, value in _given(sent)}
    attributes = dict(sent.attributes or {})
    routing = {name: ids[name] for name in ids if name in {"agent_id", "team", "queue"}}
    known = {name: routing[name] for name in routing if name != "queue"}
    arrived_at = None
    if sent.arrived_at is not None:
        arrived_at = instant("arrived_at", sent.arrived_at, now=now, skew=SKEW)
        known["arrived_at"] = arrived_at.isoformat()
    return Question(
        contact=Contact(
            customer_id=ids.get("customer_id", ""),
            contact_id=ids.get("contact_id"),
            queue=ids.get("queue", ""),
            attributes={**attributes, **known},
            router=router,
        ),
        units={name.removesuffix("_id"): value for name, value in ids.items()},
        attributes={**attributes, **routing},
        experiments=None if sent.experiments is None else tuple(dict.fromkeys(sent.experiments)),
        expose=sent.expose is not False,
        arrived_at=arrived_at,
    )


def _given(sent: AssignBody) -> Iterator[tuple[str, str]]:
    for name in _IDS:
        value: str | None = getattr(sent, name)
        if value is not None and value.strip():
            yield name, value


def _violations(sent: AssignBody) -> Iterator[Violation]:
    yield from _experiments_violations(sent.experiments)
    if sent.experiment is not None and sent.experiments is None:
        yield violation("experiment", sent.experiment, "must be experiments, a list of keys")
    yield from attributes_violations(sent.attributes or {})
    if sent.format not in FORMATS:
        yield violation("format", sent.format, f"must be one of {', '.join(FORMATS)}")
    if sent.format == "text" and len(sent.experiments or ()) != 1:
        yield violation("experiments", sent.experiments, "must name one for the format text")


def _experiments_violations(keys: list[str] | None) -> Iterator[Violation]:
    if keys is None:
        return
    if not 1 <= len(keys) <= MOST_EXPERIMENTS:
        rule = f"must name 1 to {MOST_EXPERIMENTS}, or be left out for all"
        yield violation("experiments", len(keys) if keys else keys, rule)
    for position, key in enumerate(keys):
        if not _KEY.fullmatch(key):
            yield violation(f"experiments[{position}]", key, "must match [a-z][a-z0-9_]{0,63}")
