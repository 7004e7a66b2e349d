"""The check of the split in a ramp: each version is held to its own weights."""

from collections.abc import Sequence

import pytest
from scipy import stats

from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known

METRIC = "- {key: m, role: primary, kind: mean, source: observations.y}"
RAMP = "version_weights: {1: {a: 9000, b: 1000}}"
PLANNED = (("1", 450, 50), ("2", 250, 250))


def split_of(splits: Sequence[tuple[str, int, int]], head: str = RAMP) -> Check:
    """Return the check of units by version: those of control, then those of the variant."""
    plan = plan_of(METRIC, head=head)
    assigned: list[Row] = [
        {
            "unit_id": f"{version}{variant}{place}",
            "variant": variant,
            "assigned_at": "2026-03-01T10:00",
            "version": version,
        }
        for version, *counts in splits
        for variant, n in zip("ab", counts, strict=True)
        for place in range(n)
    ]
    observed = [
        {"unit_id": row["unit_id"], "metric": "y", "value": float(place % 7)}
        for place, row in enumerate(assigned)
    ]
    counted = compute(plan, assigned, observations=observed)
    analysis = evaluate(plan, load(dump(counted)), as_of=AS_OF)
    (check,) = [check for check in analysis.checks if check.name == "sample_ratio"]
    return check


def test_a_ramp_as_planned_passes_and_fails_only_without_its_weights() -> None:
    assert split_of(PLANNED, head="").status is CheckStatus.FAIL
    assert split_of(PLANNED).status is CheckStatus.PASS


def test_the_tests_of_the_versions_add_up() -> None:
    check = split_of((("1", 460, 40), ("2", 265, 235)))

    parts = [
        stats.chisquare([460, 40], [450, 50]).statistic,
        stats.chisquare([265, 235], [250, 250]).statistic,
    ]
    assert known(check.statistic) == pytest.approx(sum(parts))
    assert check.df == 2
    assert known(check.p_value) == pytest.approx(float(stats.chi2.sf(sum(parts), 2)))


def test_deviations_that_cancel_between_versions_are_found() -> None:
    check = split_of((("1", 410, 90), ("2", 290, 210)))

    assert check.status is CheckStatus.FAIL
    assert "a got 700 (70.00%, planned 70.00%)" in check.message


def test_a_version_of_few_units_is_held_to_its_weights_too() -> None:
    assert split_of((("1", 9, 1), ("2", 250, 250))).df == 2
