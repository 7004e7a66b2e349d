"""The grammar of targeting: every broken rule of a document, named by its path.

rule = {} (everyone; only as the whole document)
     | {"all": [rule, ...]} | {"any": [rule, ...]} | {"not": rule}
     | {"attribute": name, "equals": value}
     | {"attribute": name, "in": [value, ...]}
     | {"attribute": name, "range": {"at_least" or "above": number, "at_most" or "below": number}}
     | {"attribute": name, "prefix": text}
     | {"attribute": name, "present": true or false}
value = a text, a number, true or false; the values of one "in" are of one type
"""

import math
from collections.abc import Callable, Iterator, Mapping

from experiments.assignment.refusals import UNSTORABLE, UNSTORABLE_RULE, violation
from experiments.errors import Violation

DEEPEST = 8
MOST_RULES = 100
MOST_VALUES = 1_000
LONGEST_TEXT = 256
LONGEST_NAME = 64
LOWER_BOUNDS = ("at_least", "above")
UPPER_BOUNDS = ("at_most", "below")


def targeting_violations(document: object, field: str = "targeting") -> Iterator[Violation]:
    """Yield every mistake of a targeting document; nothing when it is sound.

    >>> rule = {"all": [{"attribute": "tenure", "range": {"below": "6"}}]}
    >>> [str(mistake) for mistake in targeting_violations(rule)]
    ['targeting.all[0].range.below = "6": must be a finite number']
    """
    if document != {}:
        yield from _rule_violations(document, field, depth=1)


def _rule_violations(document: object, field: str, *, depth: int) -> Iterator[Violation]:
    if depth > DEEPEST:
        yield violation(field, document, f"must not lie deeper than {DEEPEST} rules")
        return
    match document:
        case {"all": rules, **rest} if not rest:
            yield from _list_violations(rules, f"{field}.all", depth=depth)
        case {"any": rules, **rest} if not rest:
            yield from _list_violations(rules, f"{field}.any", depth=depth)
        case {"not": rule, **rest} if not rest:
            yield from _rule_violations(rule, f"{field}.not", depth=depth + 1)
        case {"attribute": name, **tests}:
            yield from _name_violations(name, f"{field}.attribute")
            yield from _test_violations(tests, field)
        case _:
            yield violation(
                field, document, "must be an object with all, any or not alone, or with attribute"
            )


def _list_violations(rules: object, field: str, *, depth: int) -> Iterator[Violation]:
    if not isinstance(rules, list) or not 1 <= len(rules) <= MOST_RULES:
        yield violation(field, rules, f"must be a list of 1 to {MOST_RULES} rules")
        return
    for position, rule in enumerate(rules):
        yield from _rule_violations(rule, f"{field}[{position}]", depth=depth + 1)


def _name_violations(name: object, field: str) -> Iterator[Violation]:
    if not isinstance(name, str) or not name.strip():
        yield violation(field, name, "must be a name")
    else:
        yield from _text_violations(name, field, longest=LONGEST_NAME)


def _test_violations(tests: Mapping[object, object], field: str) -> Iterator[Violation]:
    match list(tests.items()):
        case [(str(name), value)] if name in _TESTS:
            yield from _TESTS[name](value, f"{field}.{name}")
        case _:
            rule = f"must have exactly one of {', '.join(_TESTS)}"
            yield violation(field, list(tests), rule)


def _equals_violations(value: object, field: str) -> Iterator[Violation]:
    if isinstance(value, str):
        yield from _text_violations(value, field)
    elif not isinstance(value, bool) and not _is_number(value):
        yield violation(field, value, "must be a text, a finite number, true or false")


def _in_violations(values: object, field: str) -> Iterator[Violation]:
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_VALUES:
        yield violation(field, values, f"must be a list of 1 to {MOST_VALUES} values")
        return
    for position, value in enumerate(values):
        yield from _equals_violations(value, f"{field}[{position}]")
    if len({float if type(value) is int else type(value) for value in values}) > 1:
        yield violation(field, values, "must be values of one type")


def _range_violations(bounds: object, field: str) -> Iterator[Violation]:
    known = LOWER_BOUNDS + UPPER_BOUNDS
    if not isinstance(bounds, Mapping) or not bounds or not set(bounds) <= set(known):
        yield violation(field, bounds, f"must be an object with some of {', '.join(known)}")
        return
    for pair in (LOWER_BOUNDS, UPPER_BOUNDS):
        if set(bounds) >= set(pair):
            yield violation(field, bounds, f"must not have both {pair[0]} and {pair[1]}")
    unfit = [name for name, bound in bounds.items() if not _is_number(bound)]
    for name in unfit:
        yield violation(f"{field}.{name}", bounds[name], "must be a finite number")
    if not unfit and _is_empty(bounds):
        yield violation(field, bounds, "must leave room between its bounds")


def _is_empty(bounds: Mapping[str, float]) -> bool:
    lowest = max((bounds[name] for name in LOWER_BOUNDS if name in bounds), default=-math.inf)
    highest = min((bounds[name] for name in UPPER_BOUNDS if name in bounds), default=math.inf)
    meets = lowest == highest and "above" not in bounds and "below" not in bounds
    return not (lowest < highest or meets)


def _prefix_violations(prefix: object, field: str) -> Iterator[Violation]:
    if not isinstance(prefix, str) or not prefix:
        yield violation(field, prefix, "must be a text that is not empty")
    else:
        yield from _text_violations(prefix, field)


def _text_violations(text: str, field: str, *, longest: int = LONGEST_TEXT) -> Iterator[Violation]:
    if len(text) > longest:
        yield violation(field, text, f"must have at most {longest} characters")
    if UNSTORABLE.search(text):
        yield violation(field, text, UNSTORABLE_RULE)


def _present_violations(value: object, field: str) -> Iterator[Violation]:
    if not isinstance(value, bool):
        yield violation(field, value, "must be true or false")


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


_TESTS: Mapping[str, Callable[[object, str], Iterator[Violation]]] = {
    "equals": _equals_violations,
    "in": _in_violations,
    "range": _range_violations,
    "prefix": _prefix_violations,
    "present": _present_violations,
}
