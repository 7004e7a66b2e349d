"""JSON on the way in: strict types, and a refusal that names field, value and rule."""

from typing import TypeVar

import msgspec

from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest, Violation

Wire = TypeVar("Wire", bound=msgspec.Struct)
MALFORMED = "must be one JSON object in UTF-8"
BODY = "body"


def decode(body: bytes, decoder: msgspec.json.Decoder[Wire]) -> Wire:
    """Return the body as its structure.

    Raises:
        InvalidRequest: it is no JSON, or a field has a type that is not its own.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise InvalidRequest(_explanation(body, str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest(_malformed(body)) from None


def _explanation(body: bytes, message: str) -> Violation:
    """Return what is wrong, from a message such as "Expected `str`, got `int` - at `$.queue`"."""
    rule, _, place = message.partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _malformed(body)
    while "[...]" in path:
        path = path.replace("[...]", _culprit(_at(document, path.partition("[...]")[0])), 1)
    return violation(path or BODY, _at(document, path), _plain(rule))


def _at(document: object, path: str) -> object:
    """Return what lies at a path such as `experiments[1]`; the container where a step is open."""
    for step in path.replace("[", ".[").split("."):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.strip("[]").isdecimal():
            document = document[int(step.strip("[]"))]
    return document


def _culprit(container: object) -> str:
    """Return the step to the first value that is no plain one: a key that nobody declared."""
    items = container.items() if isinstance(container, dict) else ()
    return next((f".{name}" for name, value in items if isinstance(value, dict | list)), "")


def _plain(rule: str) -> str:
    """Return the rule without what was given: the value says it.

    >>> _plain("Expected `str | null`, got `int`")
    'must be a string or null'
    """
    if not rule.startswith("Expected `"):
        return rule[:1].lower() + rule[1:]
    names = rule.removeprefix("Expected `").partition("`")[0].split(" | ")
    return "must be " + " or ".join(_NAMES.get(name, name) for name in names)


def _malformed(body: bytes) -> Violation:
    return violation(BODY, body[:80].decode(errors="replace"), MALFORMED)


_NAMES = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
