"""Rows about segments: the interaction, effects after shrinkage, and what decides nothing."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Metric, Role
from experiments.plan.looks import Looks
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import ArmMoments, ArmProportion, SufficientStatistics
from impact.stats.multiplicity import benjamini_hochberg
from tests.impact.analysis.building import (
    AHEAD,
    AS_OF,
    PAST,
    RESOLVED,
    RETENTION,
    SPEND,
    arms_of,
    only,
    plan_of,
    statistics_of,
    survival_of,
)

LEADING = replace(RETENTION, key="leading")
EFFECTS = {"basic": 0.0, "plus": 0.0, "pro": 8.0}


def moments(effects: dict[str, float], n: int = 300) -> tuple[ArmMoments, ...]:
    rng = np.random.default_rng(3)
    found = arms_of(("y",), {arm: rng.normal(50, 5, (n, 1)) for arm in ("control", "patient")})
    for level, effect in effects.items():
        rows = {
            "control": rng.normal(50, 5, (n, 1)),
            "patient": rng.normal(50 + effect, 5, (n, 1)),
        }
        found += arms_of(("y",), rows, f"tier={level}")
    return found


def rows_of(
    metric: Metric, statistics: SufficientStatistics, looks: Looks | None = None
) -> tuple[Estimate, ...]:
    plan = plan_of(LEADING, metric, segments=("tier",), looks=looks or Looks(planned_end=PAST))
    return evaluate(plan, statistics, as_of=AS_OF).estimates


def spending(effects: dict[str, float]) -> SufficientStatistics:
    return statistics_of(moments={"spend": moments(effects)})


PLAIN = replace(SPEND, adjustment=None)


def test_effects_that_differ_show_in_the_interaction() -> None:
    row = only(rows_of(PLAIN, spending(EFFECTS)), "spend", "interaction")

    assert (row.term, row.df, row.method, row.segment) == ("tier", 2.0, "cochran_q", "all")
    assert row.p_value is not None
    assert row.p_value < 1e-6
    assert row.note == "exploratory; Welch's F with 2 and 1189.8 degrees of freedom"


def test_each_level_has_its_effect_after_shrinkage_beside_its_own() -> None:
    rows = rows_of(PLAIN, spending(EFFECTS))

    raw = only(rows, "spend", "mean_difference", method="welch", segment="tier=pro")
    drawn = only(rows, "spend", "mean_difference", method="empirical_bayes", segment="tier=pro")
    assert raw.value is not None
    assert drawn.value is not None
    assert 0 < drawn.value < raw.value
    assert (drawn.p_value, drawn.statistic) == (None, None)
    assert drawn.note.startswith("exploratory; keeps ")


def test_a_hazard_ratio_is_drawn_on_its_logarithm() -> None:
    rng = np.random.default_rng(1)
    survival = {
        "retention": tuple(
            survival_of(rng, 300, segment) for segment in ("all", "tier=basic", "tier=pro")
        )
    }
    plan = plan_of(RETENTION, segments=("tier",), looks=Looks(planned_end=PAST))

    rows = evaluate(plan, statistics_of(survival=survival), as_of=AS_OF).estimates

    raw = [
        only(rows, "retention", "hazard_ratio", method="cox", segment=f"tier={level}")
        for level in ("basic", "pro")
    ]
    drawn = only(rows, "retention", "hazard_ratio", method="empirical_bayes", segment="tier=pro")
    logs = [np.log(row.value) for row in raw if row.value is not None]
    errors = [row.std_error for row in raw if row.std_error is not None]
    q = (logs[0] - logs[1]) ** 2 / (errors[0] ** 2 + errors[1] ** 2)
    assert only(rows, "retention", "interaction").statistic == pytest.approx(q)
    assert drawn.value is not None
    assert drawn.ci_low is not None
    assert drawn.ci_high is not None
    assert drawn.value**2 == pytest.approx(drawn.ci_low * drawn.ci_high)


def test_shares_are_compared_by_the_errors_of_their_counts() -> None:
    counts = [("all", 280, 310), ("tier=a", 0, 0), ("tier=b", 40, 60)]
    arms = tuple(
        ArmProportion(variant=variant, segment=segment, n=400, successes=successes)
        for segment, *found in counts
        for variant, successes in zip(("control", "patient"), found, strict=True)
    )

    rows = rows_of(RESOLVED, statistics_of(proportions={"resolved": arms}))

    row = only(rows, "resolved", "interaction")
    assert row.statistic is None
    assert row.note.endswith("fewer than two levels have an effect to compare")


def test_a_level_without_an_effect_is_left_out_and_counted() -> None:
    whole = spending(EFFECTS)
    empty = arms_of(("y",), {"control": [[1.0]], "patient": [[2.0]]}, "tier=rare")
    statistics = replace(whole, moments={"spend": (*whole.moments["spend"], *empty)})

    row = only(rows_of(PLAIN, statistics), "spend", "interaction")

    assert row.df == 2.0
    assert row.note.startswith("exploratory; 1 of 4 levels without enough data left out; Welch's F")


def test_interactions_are_adjusted_over_all_that_were_searched() -> None:
    statistics = replace(
        spending(EFFECTS), moments={key: moments(EFFECTS) for key in ("spend", "other")}
    )
    plan = plan_of(
        LEADING,
        PLAIN,
        replace(PLAIN, key="other", role=Role.GUARDRAIL),
        segments=("tier",),
        looks=Looks(planned_end=PAST),
    )

    rows = evaluate(plan, statistics, as_of=AS_OF).estimates

    tests = [row for row in rows if row.quantity == "interaction" and row.p_value is not None]
    adjusted = benjamini_hochberg([row.p_value for row in tests if row.p_value is not None])
    assert len(tests) == 2
    assert [row.p_value_adjusted for row in tests] == adjusted


def test_before_the_planned_end_segments_are_not_searched() -> None:
    rows = rows_of(PLAIN, spending(EFFECTS), Looks(planned_end=AHEAD))

    assert not any(row.quantity == "interaction" for row in rows)
    assert not any(row.method == "empirical_bayes" for row in rows)


def test_a_plan_without_segments_has_no_such_rows() -> None:
    plan = plan_of(LEADING, PLAIN, looks=Looks(planned_end=PAST))

    rows = evaluate(plan, spending(EFFECTS), as_of=AS_OF).estimates

    assert not any(row.method in {"cochran_q", "empirical_bayes"} for row in rows)
