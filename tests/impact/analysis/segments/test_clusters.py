"""Segments where whole teams were randomised: levels that share teams are not independent."""

import numpy as np
import pytest

from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known
from tests.impact.stats.clusters.test_properties import cr2_from_rows

HEAD = "segments: [tier]"
MEAN = plan_of(
    "- {key: m, role: primary, kind: mean, source: observations.y, cluster: team}", head=HEAD
)
KEPT = plan_of(
    "- {key: m, role: primary, kind: time_to_event, source: churn, horizon: 20, cluster: team}",
    head=HEAD,
)
TEAMS, SIZE = 36, 8


def units(*, of_teams: bool, seed: int = 6, more: float = 0.0) -> tuple[list[Row], list[Row]]:
    """Draw customers of 36 teams, each in one arm; tiers of customers, or of whole teams.

    Teams differ by much more than customers do; `more` is what pro customers gain beyond others.
    """
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 3, TEAMS)
    assigned: list[Row] = []
    observed: list[Row] = []
    for team in range(TEAMS):
        for place in range(SIZE):
            pro = (team // 2 if of_teams else place) % 2 == 1
            treated, unit = team % 2 == 1, f"{team:02}-{place:02}"
            value = level[team] + treated + more * treated * pro + rng.normal(0, 0.5)
            assigned.append(
                {
                    "unit_id": unit,
                    "variant": "ab"[treated],
                    "assigned_at": "2026-03-01T10:00",
                    "team": f"t{team}",
                    "tier": "pro" if pro else "basic",
                }
            )
            observed.append({"unit_id": unit, "metric": "y", "value": float(value)})
    return assigned, observed


def rows_of(assigned: list[Row], observed: list[Row]) -> tuple[Estimate, ...]:
    counted = compute(MEAN, assigned, observations=observed)
    return evaluate(MEAN, load(dump(counted)), as_of=AS_OF).estimates


def interaction(rows: tuple[Estimate, ...]) -> Estimate:
    (row,) = [row for row in rows if row.quantity == "interaction"]
    return row


def test_the_interaction_is_that_of_one_regression_on_all_customers() -> None:
    assigned, observed = units(of_teams=False, more=0.5)

    found = interaction(rows_of(assigned, observed))

    treated = np.array([row["variant"] == "b" for row in assigned], dtype=float)
    pro = np.array([row["tier"] == "pro" for row in assigned], dtype=float)
    design = np.column_stack([np.ones(treated.size), treated, pro, treated * pro])
    values = np.array([row["value"] for row in observed], dtype=float)
    teams = np.repeat(np.arange(TEAMS), SIZE)
    variance, df = cr2_from_rows(design, values, teams)
    coefficient = np.linalg.lstsq(design, values)[0][3]
    assert found.method == "cluster_f"
    assert known(found.statistic) == pytest.approx(coefficient**2 / variance[3, 3])
    assert f"{df[3]:.1f} degrees of freedom, 36 clusters" in found.note


def test_levels_that_share_teams_show_what_independent_errors_would_hide() -> None:
    rows = rows_of(*units(of_teams=False, more=0.5))

    assert known(interaction(rows).p_value) < 0.01
    shrunk = [row for row in rows if row.method == "empirical_bayes"]
    assert {row.segment for row in shrunk} == {"tier=basic", "tier=pro"}
    assert all(row.value is None and "levels share clusters" in row.note for row in shrunk)


def test_levels_of_whole_teams_are_shrunk_with_students_quantile() -> None:
    rows = rows_of(*units(of_teams=True))

    shrunk = [row for row in rows if row.method == "empirical_bayes"]
    assert len(shrunk) == 2
    for row in shrunk:
        half = (known(row.ci_high) - known(row.ci_low)) / 2
        assert half / known(row.std_error) == pytest.approx(2.12, abs=0.02)  # 16 degrees


def test_levels_of_few_teams_are_tested_together() -> None:
    assigned, observed = units(of_teams=True)
    few = {row["unit_id"] for row in assigned if int(str(row["team"])[1:]) < 24}

    rows = rows_of(
        [row for row in assigned if row["unit_id"] in few],
        [row for row in observed if row["unit_id"] in few],
    )

    assert "24 clusters" in interaction(rows).note
    assert interaction(rows).n_variant == 12 * SIZE


def test_a_time_to_event_says_why_there_is_no_interaction() -> None:
    assigned, _ = units(of_teams=False)
    churn = [
        {"customer_id": row["unit_id"], "churned_at": f"2026-03-{2 + place % 25:02}T10:00"}
        for place, row in enumerate(assigned)
        if place % 2
    ]
    counted = compute(KEPT, assigned, churn=churn)

    rows = evaluate(KEPT, load(dump(counted)), as_of=AS_OF).estimates

    assert interaction(rows).statistic is None
    assert "levels share clusters" in interaction(rows).note
    shrunk = [row for row in rows if row.method == "empirical_bayes"]
    assert all(row.value is None for row in shrunk)
