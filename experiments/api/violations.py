"""What a refused body broke, rule by rule, from the nested words of the REST framework."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.settings import api_settings

from experiments.assignment.refusals import violation
from experiments.errors import Violation

BODY = "body"


def violations_of(detail: object, sent: object, field: str = "") -> Iterator[Violation]:
    """Yield each broken rule with the field where it stands and the value that was sent there.

    >>> detail = {"unit": ["must be one of: customer"], "variants": [{}, {"key": ["is required"]}]}
    >>> for each in violations_of(detail, {"unit": "house", "variants": [{"key": "a"}, {}]}):
    ...     print(each)
    unit = "house": must be one of: customer
    variants[1].key = null: is required
    """
    match detail:
        case Mapping():
            for name, rules in detail.items():
                inner = (field, sent) if _is_whole(name) else _inside(field, sent, name)
                yield from violations_of(rules, inner[1], inner[0])
        case list():
            for place, rule in enumerate(detail):
                if isinstance(rule, str):
                    yield violation(field or BODY, sent, rule)
                else:
                    yield from violations_of(rule, _at(sent, place), f"{field}[{place}]")
        case _:
            yield violation(field or BODY, sent, str(detail))


def _is_whole(name: object) -> bool:
    return name == api_settings.NON_FIELD_ERRORS_KEY


def _inside(field: str, sent: object, name: object) -> tuple[str, Any]:
    """Return the name and the value of a member; lists of errors by place are keyed by it."""
    if isinstance(name, int):
        return f"{field}[{name}]", _at(sent, name)
    value = sent.get(name) if isinstance(sent, Mapping) else None
    return f"{field}.{name}" if field else str(name), value


def _at(sent: object, place: int) -> object:
    return sent[place] if isinstance(sent, list) and place < len(sent) else None
