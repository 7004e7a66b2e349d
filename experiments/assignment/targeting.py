"""Who an experiment is for: a sound targeting document compiled to a function.

Strict on types: the text "6" never equals the number 6, and true is no number. Where the
attribute is missing, null or of another type, `equals`, `in`, `range` and `prefix` do not hold,
so `not` of them does. `targeting_rules` has the grammar and finds the mistakes.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

Matcher = Callable[[Mapping[str, object]], bool]
_NUMBER = (int, float)


def matcher(document: object) -> Matcher:
    """Return the function that says whether a unit with those attributes is targeted.

    `document` must be free of `targeting_violations`.

    >>> is_targeted = matcher({"attribute": "tenure", "range": {"at_least": 6}})
    >>> is_targeted({"tenure": 6}), is_targeted({"tenure": "6"}), is_targeted({})
    (True, False, False)
    """
    match document:
        case {"all": [*rules]}:
            return _all([matcher(rule) for rule in rules])
        case {"any": [*rules]}:
            return _any([matcher(rule) for rule in rules])
        case {"not": rule}:
            return _not(matcher(rule))
        case {"attribute": str(name), **test}:
            return _leaf(name, test)
        case _:
            return lambda _: True


def _all(matchers: Sequence[Matcher]) -> Matcher:
    def holds(known: Mapping[str, object]) -> bool:
        for matches in matchers:  # noqa: SIM110  # all() of a generator takes twice the time
            if not matches(known):
                return False
        return True

    return holds


def _any(matchers: Sequence[Matcher]) -> Matcher:
    def holds(known: Mapping[str, object]) -> bool:
        for matches in matchers:  # noqa: SIM110  # as above
            if matches(known):
                return True
        return False

    return holds


def _not(matches: Matcher) -> Matcher:
    return lambda known: not matches(known)


def _leaf(name: str, test: Mapping[object, object]) -> Matcher:
    match test:
        case {"equals": value}:
            return _one_of(name, [value])
        case {"in": [*values]}:
            return _one_of(name, values)
        case {"range": {**bounds}}:
            limits = {str(key): limit for key, limit in bounds.items() if _is_number(limit)}
            return _between(name, limits)
        case {"prefix": str(prefix)}:
            return _begins_with(name, prefix)
        case _:
            return _present(name, expected=test["present"] is True)


def _one_of(name: str, values: Sequence[object]) -> Matcher:
    wanted = frozenset(values)
    match values[0]:
        case str():
            kind: type = str
        case bool():
            kind = bool
        case _:
            return lambda known: _is_number(value := known.get(name)) and value in wanted
    return lambda known: isinstance(value := known.get(name), kind) and value in wanted


def _between(name: str, limits: Mapping[str, float]) -> Matcher:
    lowest = limits.get("above", limits.get("at_least", -math.inf))
    highest = limits.get("below", limits.get("at_most", math.inf))
    reaches = operator.lt if "above" in limits else operator.le
    stays = operator.lt if "below" in limits else operator.le

    def is_between(known: Mapping[str, object]) -> bool:
        value = known.get(name)
        return _is_number(value) and reaches(lowest, value) and stays(value, highest)

    return is_between


def _begins_with(name: str, prefix: str) -> Matcher:
    return lambda known: isinstance(value := known.get(name), str) and value.startswith(prefix)


def _present(name: str, *, expected: bool) -> Matcher:
    return lambda known: (known.get(name) is not None) is expected


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, _NUMBER) and not isinstance(value, bool)
