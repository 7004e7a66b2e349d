"""A sound targeting document in plain words, for pages."""

import json
import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"[A-Za-z+][\w.+@-]*")
_KEYWORDS = frozenset({"true", "false", "null", "and", "or", "not", "is"})


def describe(document: object) -> str:
    """Return the document in words that a supervisor reads without a manual.

    >>> describe({})
    'everyone'
    >>> tier = {"attribute": "tier", "in": ["pro", "basic"]}
    >>> tenure = {"attribute": "tenure", "range": {"at_least": 6, "below": 24}}
    >>> describe({"all": [tier, {"not": tenure}]})
    'tier is one of pro, basic and not (tenure is at least 6 and below 24)'
    """
    match document:
        case {"all": [*rules]}:
            return " and ".join(_inside(rule, among=rules) for rule in rules)
        case {"any": [*rules]}:
            return " or ".join(_inside(rule, among=rules) for rule in rules)
        case {"not": rule}:
            return f"not ({describe(rule)})"
        case {"attribute": str(name), **test}:
            return f"{_word(name)} {_test(test)}"
        case _:
            return "everyone"


def _inside(rule: object, *, among: Sequence[object]) -> str:
    match rule:
        case {"all": _} | {"any": _} if len(among) > 1:
            return f"({describe(rule)})"
        case _:
            return describe(rule)


def _test(test: Mapping[object, object]) -> str:
    match test:
        case {"equals": value}:
            return f"is {_word(value)}"
        case {"in": [*values]}:
            return f"is one of {', '.join(map(_word, values))}"
        case {"range": {**bounds}}:
            return "is " + " and ".join(_bound(key, limit) for key, limit in bounds.items())
        case {"prefix": prefix}:
            return f"begins with {_word(prefix)}"
        case _:
            return "is known" if test["present"] else "is not known"


def _bound(key: object, limit: object) -> str:
    return f"{key} {limit}".replace("_", " ", 1)


def _word(value: object) -> str:
    """Texts that could be read as something else stand in quotes: "6" is not 6."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _KEYWORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
