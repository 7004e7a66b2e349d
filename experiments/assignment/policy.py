"""The policy of a variant: a JSON document, of which the router gets the plain fields."""

import json
import re
from collections.abc import Iterator, Mapping

from experiments.assignment.refusals import UNSTORABLE, UNSTORABLE_RULE, violation
from experiments.errors import Violation

MOST_NAMES = 64
MOST_CHARACTERS = 16_384
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_FIELD_VALUE = re.compile(r"[A-Za-z0-9_.:-]{0,256}")
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
MOST_IN_NUMBER = 2**53 - 1  # what every JSON reader tells apart from its neighbours
_NO_SCALAR = "{}"  # braces fit no field


def policy_fields(policy: Mapping[str, object]) -> dict[str, str]:
    """Return `policy_<name>` for every top-level scalar that any router can read.

    Booleans become "true" and "false", numbers their shortest text. Texts with other characters
    than `A-Z a-z 0-9 _ . : -`, lists, objects and nulls are left out: the whole document is
    served elsewhere.

    >>> policy_fields({"target_seconds": 300, "callback": True, "greeting": "Hello there"})
    {'policy_target_seconds': '300', 'policy_callback': 'true'}
    """
    texts = ((name, _scalar_text(value)) for name, value in policy.items())
    return {f"policy_{name}": text for name, text in texts if _FIELD_VALUE.fullmatch(text)}


def _scalar_text(value: object) -> str:
    match value:
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value).replace("e+", "e")
        case _:
            return _NO_SCALAR


def policy_violations(policy: object, field: str) -> Iterator[Violation]:
    """Yield every rule that a policy document breaks; `field` is where it stands."""
    if not isinstance(policy, Mapping):
        yield violation(field, policy, "must be a JSON object")
        return
    if len(policy) > MOST_NAMES:
        yield violation(field, len(policy), f"must have at most {MOST_NAMES} names")
    for name in policy:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield violation(field, name, "names must match [A-Za-z][A-Za-z0-9_]{0,63}")
    yield from _document_violations(policy, field)


def _document_violations(policy: Mapping[object, object], field: str) -> Iterator[Violation]:
    try:
        text = json.dumps(dict(policy), allow_nan=False, ensure_ascii=False)
        unchanged = json.loads(text) == policy
    except (TypeError, ValueError, RecursionError) as error:
        yield violation(field, policy, f"must be JSON ({error})")
        return
    if any(abs(number) > MOST_IN_NUMBER for number in _integers(policy)):
        yield violation(field, policy, f"integers must lie within ±{MOST_IN_NUMBER}")
    if not unchanged:
        yield violation(field, policy, "must come back the same from JSON")
    if UNSTORABLE.search(text) or _ESCAPED_NUL.search(text):
        yield violation(field, policy, UNSTORABLE_RULE)
    if len(text) > MOST_CHARACTERS:
        rule = f"must have at most {MOST_CHARACTERS} characters as JSON"
        yield violation(field, len(text), rule)


def _integers(value: object) -> Iterator[int]:
    match value:
        case int():
            yield value
        case Mapping():
            for each in value.values():
                yield from _integers(each)
        case list():
            for each in value:
                yield from _integers(each)
        case _:
            pass
