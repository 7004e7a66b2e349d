"""A survey through the command: who answered, what silence may hide, and what answers count as."""

from pathlib import Path
from typing import Any

import pytest

from tests.impact.management.analysing import Row, analyze, day, estimate, run

PLAN = """\
key: calm
unit: customer
control: quick
weights: {quick: 5000, calm: 5000}
as_of: 2026-06-01
metrics:
  - {key: satisfied, role: primary, kind: mean, source: surveys.csat, window: 30}
  - {key: top_box, role: secondary, kind: proportion, source: surveys.csat_top_box, window: 30}
  - {key: promoters, role: secondary, kind: mean, source: surveys.net_promoter, window: 30}
  - {key: easy, role: secondary, kind: mean, source: surveys.ces_easy, window: 30}
segments: [tier]
"""
N = 400


def centre() -> dict[str, list[Row]]:
    """Make customers who are all asked; with calm service twice as many of them answer."""
    units = [f"{number:03}" for number in range(N)]
    arms = [("quick", "calm")[number % 2] for number in range(N)]
    surveys: list[Row] = []
    for number, (unit, arm) in enumerate(zip(units, arms, strict=True)):
        place = number // 2 % 10
        answers = place < (6 if arm == "calm" else 3)
        surveys.append(
            {
                "survey_id": unit,
                "customer_id": unit,
                "sent_at": day(80),
                "answered_at": day(79) if answers else "",
                "csat": 1 + number * 7 % 23 % 5 if answers else "",
                "nps": number * 7 % 11 if answers else "",
                "ces": 1 + number * 5 % 7 if answers else "",
            }
        )
    return {
        "assignments": [
            {
                "unit_id": unit,
                "variant": arm,
                "assigned_at": day(90),
                "tier": ("gold", "basic")[number // 2 % 2],
            }
            for number, (unit, arm) in enumerate(zip(units, arms, strict=True))
        ],
        "surveys": surveys,
    }


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return analyze(tmp_path_factory.mktemp("survey"), PLAN, **centre())


def test_the_rows_of_answers_say_that_they_are_of_those_who_answered(
    document: dict[str, Any],
) -> None:
    plain = estimate(document, metric="satisfied", quantity="mean_difference", method="welch")

    assert plain["population"] == "survey_respondents"
    assert (plain["n_variant"], plain["n_baseline"]) == (120, 60)


def test_response_differs_and_the_check_says_so(document: dict[str, Any]) -> None:
    (check,) = [item for item in document["checks"] if item["name"] == "survey_response"]
    rate = estimate(
        document, metric="satisfied", quantity="proportion_difference", method="response_rate"
    )

    assert rate["value"] == pytest.approx(0.3)
    assert check["status"] == "warn"
    assert "30.0% of 200 in quick, 60.0% of 200 in calm of those asked answered" in check["message"]


def test_the_bounds_leave_out_half_of_the_answers_of_the_arm_that_answered_more(
    document: dict[str, Any],
) -> None:
    wanted = {"metric": "satisfied", "quantity": "mean_difference"}
    plain = estimate(document, **wanted, method="welch")
    lower = estimate(document, **wanted, method="lee_lower")
    upper = estimate(document, **wanted, method="lee_upper")

    assert lower["value"] < plain["value"] < upper["value"]
    assert lower["population"] == "survey_always_respondents"
    assert lower["note"].startswith("leaves out 50.0% of the answers")


def test_answers_are_weighted_by_segment(document: dict[str, Any]) -> None:
    row = estimate(
        document, metric="satisfied", quantity="mean_difference", method="inverse_probability"
    )

    assert row["population"] == "intention_to_treat"
    assert row["ci_low"] < row["value"] < row["ci_high"]


def test_top_box_promoters_and_ease_are_counted_from_the_answers(
    document: dict[str, Any],
) -> None:
    given = [row for row in centre()["surveys"] if row["csat"] != ""]
    calm = [row for row in given if int(str(row["customer_id"])) % 2]
    points = [(int(str(row["nps"])) >= 9) - (int(str(row["nps"])) <= 6) for row in calm]

    top = estimate(document, metric="top_box", quantity="proportion", variant="calm",
                   method="wilson")  # fmt: skip
    assert top["events_variant"] == sum(row["csat"] == 5 for row in calm) > 0
    assert top["n_variant"] == len(calm)
    score = estimate(document, metric="promoters", quantity="mean", variant="calm")
    assert score["value"] == pytest.approx(100 * sum(points) / len(points))
    easy = estimate(document, metric="easy", quantity="mean", variant="calm")
    assert easy["value"] == pytest.approx(
        sum(int(str(row["ces"])) >= 5 for row in calm) / len(calm)
    )


def test_the_page_says_who_answered_and_what_silence_may_hide(tmp_path: Path) -> None:
    page = run(tmp_path, PLAN, "html", **centre())

    assert "30.0% of those asked answered with quick, 60.0% with calm" in page
    assert "among those who would answer either way" in page
    assert "weighted for who answered it is" in page
