import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.assignment.targeting import matcher
from experiments.assignment.targeting_rules import targeting_violations
from experiments.assignment.targeting_words import describe

KNOWN = {
    "tier": "pro",
    "tenure": 6,
    "score": 0.5,
    "vip": True,
    "phone": "+49301234567",
    "code": "6",
    "nothing": None,
    "tags": ["a"],
}


def leaf(attribute: str, **test: object) -> dict[str, object]:
    return {"attribute": attribute, **test}


def within(attribute: str, **bounds: object) -> dict[str, object]:
    return {"attribute": attribute, "range": bounds}


YES = leaf("tier", equals="pro")
NO = leaf("tier", equals="basic")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        YES,
        leaf("tenure", equals=6),
        leaf("tenure", equals=6.0),
        leaf("vip", equals=True),
        leaf("tier", **{"in": ["basic", "pro"]}),
        leaf("tenure", **{"in": [5, 6.0]}),
        leaf("vip", **{"in": [True, False]}),
        within("tenure", at_least=6),
        within("tenure", at_most=6),
        within("tenure", above=5.5, below=6.5),
        within("tenure", at_least=6, at_most=6),
        leaf("phone", prefix="+49"),
        leaf("tier", present=True),
        leaf("nothing", present=False),
        leaf("unheard_of", present=False),
        {"not": NO},
        {"not": leaf("unheard_of", equals=1)},
        {"all": [YES, {"not": NO}]},
        {"any": [NO, YES]},
    ],
)
def test_a_rule_that_holds_targets_the_unit(rule: dict[str, Any]) -> None:
    assert list(targeting_violations(rule)) == []
    assert matcher(rule)(KNOWN) is True


@pytest.mark.parametrize(
    "rule",
    [
        NO,
        leaf("code", equals=6),
        leaf("tenure", equals="6"),
        leaf("tenure", equals=True),
        leaf("vip", equals=1),
        leaf("vip", equals="true"),
        leaf("vip", equals=False),
        leaf("tags", equals="a"),
        leaf("nothing", equals="null"),
        leaf("unheard_of", equals="pro"),
        leaf("tags", **{"in": ["a"]}),
        leaf("vip", **{"in": [1, 0]}),
        leaf("unheard_of", **{"in": ["a"]}),
        within("tenure", above=6),
        within("tenure", below=6),
        within("code", at_least=0),
        within("vip", at_least=0),
        within("unheard_of", at_most=9),
        leaf("phone", prefix="+41"),
        leaf("tenure", prefix="6"),
        leaf("unheard_of", prefix="+"),
        leaf("nothing", present=True),
        leaf("tier", present=False),
        {"not": YES},
        {"all": [YES, NO]},
        {"any": [NO, NO]},
    ],
)
def test_a_rule_that_does_not_hold_leaves_the_unit_out(rule: dict[str, Any]) -> None:
    assert list(targeting_violations(rule)) == []
    assert matcher(rule)(KNOWN) is False


def test_no_number_is_in_no_range() -> None:
    assert not matcher(within("score", at_least=0))({"score": float("nan")})


def nested(depth: int) -> dict[str, Any]:
    return YES if depth == 1 else {"not": nested(depth - 1)}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (None, "targeting"),
        ([], "targeting"),
        ("everyone", "targeting"),
        ({"every": []}, "targeting"),
        ({"all": [YES], "any": [YES]}, "targeting"),
        ({"all": []}, "targeting.all"),
        ({"any": YES}, "targeting.any"),
        ({"not": {}}, "targeting.not"),
        ({"all": [YES, {}]}, "targeting.all[1]"),
        ({"any": [YES, {"not": [NO]}]}, "targeting.any[1].not"),
        ({"attribute": "tier"}, "targeting"),
        (leaf("tier", equals="a", prefix="b"), "targeting"),
        (leaf("tier", like="a"), "targeting"),
        (leaf("", equals="a"), "targeting.attribute"),
        (leaf("a" * 65, equals="a"), "targeting.attribute"),
        ({"attribute": 7, "equals": 7}, "targeting.attribute"),
        (leaf("tier", equals=None), "targeting.equals"),
        (leaf("tier", equals=float("inf")), "targeting.equals"),
        (leaf("tier", equals="a" * 257), "targeting.equals"),
        (leaf("tier", equals="a\x00"), "targeting.equals"),
        (leaf("tier", equals="\ud83d"), "targeting.equals"),
        (leaf("a\x00", equals="a"), "targeting.attribute"),
        (leaf("tier", **{"in": []}), "targeting.in"),
        (leaf("tier", **{"in": "pro"}), "targeting.in"),
        (leaf("tier", **{"in": ["6", 6]}), "targeting.in"),
        (leaf("tier", **{"in": [1, True]}), "targeting.in"),
        (leaf("tier", **{"in": ["a", "b" * 257]}), "targeting.in[1]"),
        (leaf("tier", **{"in": list(range(1_001))}), "targeting.in"),
        (within("tenure"), "targeting.range"),
        (within("tenure", over=6), "targeting.range"),
        (within("tenure", at_least=1, above=1), "targeting.range"),
        (within("tenure", at_most=1, below=1), "targeting.range"),
        (within("tenure", at_least=7, at_most=6), "targeting.range"),
        (within("tenure", above=6, at_most=6), "targeting.range"),
        ({"all": [YES, within("tenure", below="6")]}, "targeting.all[1].range.below"),
        (within("tenure", below=True), "targeting.range.below"),
        (leaf("phone", prefix=""), "targeting.prefix"),
        (leaf("phone", prefix=49), "targeting.prefix"),
        (leaf("phone", present="yes"), "targeting.present"),
        (nested(9), "targeting" + ".not" * 8),
    ],
)
def test_a_mistake_is_named_by_its_path(rule: object, field: str) -> None:
    assert [violation.field for violation in targeting_violations(rule)] == [field]


def test_all_mistakes_are_told_at_once() -> None:
    rule = {"all": [leaf("", equals="a"), within("tenure", below="6", above=None)]}

    assert [violation.field for violation in targeting_violations(rule)] == [
        "targeting.all[0].attribute",
        "targeting.all[1].range.below",
        "targeting.all[1].range.above",
    ]


def test_eight_rules_deep_is_deep_enough() -> None:
    assert list(targeting_violations(nested(8))) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "everyone"),
        (YES, "tier is pro"),
        ({"not": YES}, "not (tier is pro)"),
        (leaf("tier", equals="6"), 'tier is "6"'),
        (leaf("tier", equals=6), "tier is 6"),
        (leaf("vip", equals=True), "vip is true"),
        (leaf("vip", equals="true"), 'vip is "true"'),
        (leaf("city", **{"in": ["Köln", "Bad Ems"]}), 'city is one of Köln, "Bad Ems"'),
        (within("tenure", at_least=6, below=24), "tenure is at least 6 and below 24"),
        (leaf("phone", prefix="+49"), "phone begins with +49"),
        (leaf("phone", present=True), "phone is known"),
        (leaf("phone", present=False), "phone is not known"),
        ({"all": [YES, within("tenure", at_least=6)]}, "tier is pro and tenure is at least 6"),
        ({"any": [{"all": [YES, NO]}, NO]}, "(tier is pro and tier is basic) or tier is basic"),
        ({"all": [{"any": [YES, NO]}]}, "tier is pro or tier is basic"),
    ],
)
def test_a_rule_reads_as_a_sentence(rule: object, words: str) -> None:
    assert describe(rule) == words


values = st.text(max_size=3) | st.integers(-2, 2) | st.booleans() | st.none() | st.floats()
names = st.sampled_from(["tier", "tenure", "vip"])
leaves = st.one_of(
    st.builds(lambda name, value: leaf(name, equals=value), names, values),
    st.builds(lambda name, some: leaf(name, **{"in": some}), names, st.lists(values)),
    st.builds(lambda name, low: within(name, at_least=low), names, values),
    st.builds(lambda name, text: leaf(name, prefix=text), names, values),
    st.builds(lambda name, value: leaf(name, present=value), names, values),
)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda some: {"all": some}, st.lists(inner, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(inner, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=6,
)
attributes = st.dictionaries(names, values | st.lists(values))


@given(rules, attributes)
def test_a_rule_is_refused_or_answers_for_any_attributes(
    rule: dict[str, Any], known: dict[str, Any]
) -> None:
    if list(targeting_violations(rule)):
        return
    matches = matcher(rule)

    assert matcher({"not": rule})(known) is not matches(known)
    assert matcher(json.loads(json.dumps(rule)))(known) is matches(known)
    assert describe(rule)
