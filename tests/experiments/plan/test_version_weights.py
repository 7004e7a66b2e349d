"""Weights of versions: read by version, refused where they are no split of the same variants."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import plan_sha256
from experiments.plan.reading import read_plan

PLAN = """\
key: calm
unit: customer
control: a
weights: {a: 5000, b: 5000}
metrics:
  - {key: m, role: primary, kind: mean, source: observations.y}
"""


def test_versions_have_the_weights_that_the_plan_gives_them() -> None:
    plan = read_plan(f"{PLAN}version_weights: {{1: {{b: 1000, a: 9000}}, 7: {{a: 1, b: 9999}}}}\n")

    assert plan.version_weights == (
        ("1", (("a", 9000), ("b", 1000))),
        ("7", (("a", 1), ("b", 9999))),
    )


def test_the_lock_knows_them_and_leaves_plans_without_them_alone() -> None:
    one, other = (
        plan_sha256(read_plan(f"{PLAN}version_weights: {{1: {{a: {a}, b: {10_000 - a}}}}}\n"))
        for a in (9000, 8000)
    )

    assert one != other
    assert plan_sha256(read_plan(PLAN)) == plan_sha256(read_plan(f"{PLAN}# a remark\n"))


@pytest.mark.parametrize(
    ("weights", "rule"),
    [
        ("{1: {a: 9000}}", "must give a weight to each of a, b"),
        ("{1: {a: 9000, c: 1000}}", "must give a weight to each of a, b"),
        ("{1: {a: 9000, b: 900}}", "must sum to 10000"),
        ("{1: 9000}", "must be a mapping"),
        ("[1]", "must be a mapping"),
    ],
)
def test_what_is_no_split_of_the_variants_is_refused(weights: str, rule: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        read_plan(f"{PLAN}version_weights: {weights}\n")

    assert any(rule in str(violation) for violation in refused.value.violations)
    assert all("version_weights" in str(violation) for violation in refused.value.violations)
