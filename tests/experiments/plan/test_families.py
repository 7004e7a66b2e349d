"""The families of a plan: short and long form, what may decide, and the hashes of older plans."""

import json

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text, plan_sha256
from experiments.plan.family import Family, FamilyMethod
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import HEAD

PLAN = (
    HEAD
    + """\
metrics:
  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 14}
  - {key: calls, role: secondary, kind: mean, source: contacts, window: 7}
  - {key: spend, role: secondary, kind: mean, source: revenue.amount, window: 7}
"""
)
EXPLORING = "{metrics: [calls, spend], method: benjamini_hochberg}"


def families(text: str) -> tuple[Family, ...]:
    return read_plan(f"{PLAN}families: {text}\n").families


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidPlan) as refusal:
        families(text)
    return [(violation.field, violation.rule) for violation in refusal.value.violations]


def test_a_family_may_say_how_it_is_adjusted() -> None:
    (family,) = families(f"{{ideas: {EXPLORING}}}")

    assert family == Family(
        name="ideas", metrics=("calls", "spend"), method=FamilyMethod.BENJAMINI_HOCHBERG
    )
    assert not family.confirms


@pytest.mark.parametrize(
    "long",
    [
        "{main: {metrics: [kept, calls]}}",
        "{main: {metrics: [kept, calls], method: holm}}",
        "[{name: main, metrics: [calls, kept], method: holm}]",
    ],
)
def test_by_holm_short_and_long_form_are_one_plan(long: str) -> None:
    short = read_plan(f"{PLAN}families: {{main: [kept, calls]}}\n")

    assert plan_sha256(read_plan(f"{PLAN}families: {long}\n")) == plan_sha256(short)
    assert json.loads(canonical_text(short))["families"] == {"main": ["calls", "kept"]}


def test_the_method_is_locked() -> None:
    form = json.loads(canonical_text(read_plan(f"{PLAN}families: {{ideas: {EXPLORING}}}\n")))

    assert form["families"]["ideas"] == {
        "method": "benjamini_hochberg",
        "metrics": ["calls", "spend"],
    }


def test_the_primary_is_confirmed_and_not_explored() -> None:
    found = refused("{ideas: {metrics: [kept, calls], method: benjamini_hochberg}}")

    assert [field for field, _ in found] == ["families.ideas"]
    assert "confirmatory" in found[0][1]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{ideas: {metrics: [calls], method: bonferroni}}", "families.ideas.method"),
        ("{ideas: {metrics: [], method: holm}}", "families.ideas.metrics"),
        ("{ideas: {metrics: [calls], rule: holm}}", "families.ideas.rule"),
        ("{ideas: {metrics: [none]}}", "families.ideas"),
    ],
)
def test_a_family_that_cannot_be_read_is_refused_by_name(text: str, field: str) -> None:
    assert field in [name for name, _ in refused(text)]
