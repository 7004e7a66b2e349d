"""Surveys where whole teams were randomised: no row takes customers of one team for independent."""

from functools import cache

import numpy as np
import pytest

from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from impact.analysis.survey_names import RESPONSE
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known
from tests.impact.stats.clusters.test_properties import cr2_from_rows

TEAMS, SIZE = 30, 20


def drawn(seed: int = 4) -> tuple[list[Row], list[Row], np.ndarray]:
    """Draw customers of teams that are asked alike and answer as their team is liked."""
    rng = np.random.default_rng(seed)
    liking = rng.normal(0, 1.5, TEAMS)
    assigned: list[Row] = []
    sent: list[Row] = []
    units = []
    for team in range(TEAMS):
        for place in range(SIZE):
            unit = f"{team:02}-{place:02}"
            assigned.append(
                {
                    "unit_id": unit,
                    "variant": "ab"[team % 2],
                    "assigned_at": "2026-03-01T10:00",
                    "team": f"t{team}",
                    "tier": "xy"[place % 2],
                }
            )
            answers = rng.random() < 1 / (1 + np.exp(-liking[team]))
            score = int(np.clip(round(3 + liking[team] + rng.normal(0, 1)), 1, 5))
            sent.append(
                {
                    "survey_id": unit,
                    "customer_id": unit,
                    "sent_at": "2026-03-02T10:00",
                    "answered_at": "2026-03-03T10:00" if answers else None,
                    "csat": score if answers else None,
                }
            )
            units.append((team, answers))
    return assigned, sent, np.array(units)


@cache
def analysed(kind: str, source: str, cluster: str = "cluster: team") -> Analysis:
    plan = plan_of(
        f"- {{key: m, role: primary, kind: {kind}, source: {source}, window: 30, {cluster}}}",
        head="segments: [tier]",
    )
    assigned, sent, _ = drawn()
    return evaluate(plan, load(dump(compute(plan, assigned, surveys=sent))), as_of=AS_OF)


def rows(analysis: Analysis, method: str) -> list[Estimate]:
    return [row for row in analysis.estimates if (row.method, row.segment) == (method, "all")]


def test_the_difference_of_response_rates_is_between_teams() -> None:
    (difference,) = [
        row
        for row in rows(analysed("mean", "surveys.csat"), RESPONSE)
        if row.quantity == "proportion_difference"
    ]

    _, _, units = drawn()
    team, answered = units[:, 0], units[:, 1].astype(float)
    design = np.column_stack([np.ones(team.size), team % 2]).astype(float)
    variance, df = cr2_from_rows(design, answered, team.astype(np.int64))
    assert known(difference.value) == pytest.approx(np.linalg.lstsq(design, answered)[0][1])
    assert known(difference.std_error) == pytest.approx(variance[1, 1] ** 0.5)
    assert known(difference.df) == pytest.approx(df[1])
    assert difference.n_variant == TEAMS * SIZE / 2
    assert "cr2: 30 clusters" in difference.note


def test_teams_make_rates_less_certain_than_independent_customers_would() -> None:
    by_team, unaware = (
        {row.variant: row for row in rows(analysed("mean", "surveys.csat", cluster), RESPONSE)}
        for cluster in ("cluster: team", "title: plain")
    )

    for arm in "ab":
        assert by_team[arm].value == pytest.approx(unaware[arm].value)
        assert by_team[arm].events_variant == unaware[arm].events_variant
        widths = [known(row.ci_high) - known(row.ci_low) for row in (by_team[arm], unaware[arm])]
        assert widths[0] > 1.5 * widths[1]


@pytest.mark.parametrize("method", ["lee_lower", "lee_upper", "inverse_probability"])
def test_what_has_no_error_between_teams_keeps_its_value_alone(method: str) -> None:
    (row,) = rows(analysed("mean", "surveys.csat"), method)

    assert row.value is not None
    assert (row.std_error, row.ci_low, row.statistic, row.p_value) == (None,) * 4
    assert "those of one team are alike" in row.note


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("proportion", "surveys.csat_top_box"),
        ("mean", "surveys.csat_top_box"),
        ("mean", "surveys.csat"),
    ],
)
def test_answers_and_top_boxes_have_errors_between_teams(kind: str, source: str) -> None:
    found = analysed(kind, source)

    assert [row.method for row in found.estimates if row.quantity == f"{kind}_difference"][:1]
    assert rows(found, "cr2")
    assert not rows(found, "welch")
    assert not rows(found, "newcombe")


def test_the_check_of_response_is_between_teams() -> None:
    checks = {check.name: check for check in analysed("mean", "surveys.csat").checks}
    (difference,) = [
        row
        for row in rows(analysed("mean", "surveys.csat"), RESPONSE)
        if row.quantity == "proportion_difference"
    ]

    assert checks["survey_response"].p_value == difference.p_value
