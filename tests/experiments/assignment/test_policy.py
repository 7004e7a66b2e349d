from types import MappingProxyType

import pytest

from experiments.assignment.policy import policy_fields, policy_violations

CIRCLE: dict[str, object] = {}
CIRCLE["round"] = CIRCLE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (300, "300"),
        (-1.5, "-1.5"),
        (1e30, "1e30"),
        (True, "true"),
        (False, "false"),
        ("take_time:v2", "take_time:v2"),
        ("", ""),
        ("x" * 256, "x" * 256),
    ],
)
def test_plain_scalars_become_fields(value: object, text: str) -> None:
    assert policy_fields({"name": value}) == {"policy_name": text}


@pytest.mark.parametrize(
    "value", [None, "two words", "ü", "a&b", "x" * 257, 10**300, ["a"], {"a": 1}, "line\n"]
)
def test_everything_else_is_left_to_the_whole_document(value: object) -> None:
    assert policy_fields({"name": value}) == {}


def test_a_sound_policy_breaks_no_rule() -> None:
    policy = {
        "target_seconds": 300,
        "script": {"greeting": "Grüß Gott", "steps": [1, None]},
        "a": r"\\u0000",
    }

    assert list(policy_violations(policy, "policy")) == []
    assert list(policy_violations(MappingProxyType(policy), "policy")) == []


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ([], "must be a JSON object"),
        ("fast", "must be a JSON object"),
        ({"": 1}, "names must match"),
        ({"two words": 1}, "names must match"),
        ({"a": float("nan")}, "must be JSON"),
        ({"a": object()}, "must be JSON"),
        ({"a": (1, 2)}, "must come back the same"),
        ({"a": {1: 2}}, "must come back the same"),
        ({"a": [{"b": -(2**53)}]}, "integers must lie within ±9007199254740991"),
        ({"value": 10**400}, "integers must lie within"),
        ({"a": "b\x00"}, "must not hold NUL"),
        ({"a": ["\\\x00"]}, "must not hold NUL"),
        ({"a": "\ud83d"}, "must not hold NUL or half of a surrogate pair"),
        (CIRCLE, "must be JSON (Circular reference detected)"),
        ({"a": "x" * 20_000}, "must have at most 16384 characters"),
        ({f"a{number}": 1 for number in range(65)}, "must have at most 64 names"),
    ],
)
def test_an_unsound_policy_names_its_rule(policy: object, rule: str) -> None:
    (violation,) = policy_violations(policy, "variants[0].policy")

    assert violation.field == "variants[0].policy"
    assert rule in violation.rule
