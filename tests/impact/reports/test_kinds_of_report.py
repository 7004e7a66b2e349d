"""What an interim report, a simulated one, one of files and one of several treatments say."""

from dataclasses import replace

import pytest

from experiments.plan.looks import Looks
from impact.reports.blocks import Headline, Paragraph, Table
from impact.reports.document import report_document
from impact.reports.findings import RunFacts
from tests.impact.reports.documents import blocks, estimates, made, row_of, words
from tests.impact.reports.example import ANALYSIS, FACTS, INTERIM_PLAN, PLAN


def test_before_the_planned_end_a_banner_stands_and_no_p_value() -> None:
    document = made(plan=INTERIM_PLAN)

    assert document.interim
    assert [notice.title for notice in document.notices] == ["INTERIM"]
    text = words(document)
    assert "p-value'" not in text
    assert "< 0.001" not in text
    assert "p 0.323" not in text
    assert (
        blocks(document, "answer", Headline)[0]
        .figures[0]
        .interval.startswith("interim 95% interval")
    )
    assert row_of(document, "guardrails", "Handle time per contact")[-1].text == "held so far"


def test_rows_of_an_interim_look_make_the_report_interim_whatever_the_plan_says() -> None:
    document = made(estimates(("churn", "hazard_ratio"), look=1), replace(PLAN, looks=Looks()))

    assert document.interim


def test_a_final_report_has_no_banner() -> None:
    assert made().notices == ()


def test_a_simulation_shows_the_truth_beside_the_estimate_and_how_often_intervals_miss() -> None:
    facts = replace(
        FACTS,
        simulated=True,
        truth={"retention_difference": 0.021, "rmst_difference": 3.0, "horizon": 180},
    )

    document = made(facts=facts)

    assert document.notices[0].title == "Simulated data"
    retention = row_of(document, "answer", "Difference in retention, No target")
    assert [cell.text for cell in retention[1:]] == [
        "+2.10\u202fpp",
        "+1.9\u202fpp",
        "+1.2 to +2.5\u202fpp",
        "yes",
    ]
    assert row_of(document, "answer", "Difference in time retained, No target")[-1].text == "missed"
    text = blocks(document, "answer", Paragraph)[0].text
    assert text.startswith("A 95% interval misses the truth one time in twenty")


def test_a_real_experiment_never_shows_a_truth() -> None:
    document = made(facts=replace(FACTS, truth={"retention_difference": 0.021}))

    assert "Truth" not in words(document)


def test_the_report_of_a_file_analysis_needs_no_facts_of_a_run() -> None:
    document = report_document(ANALYSIS, PLAN)

    assert document.title == "The time it takes"
    assert document.made_at.isoformat() == ANALYSIS["as_of"]
    assert row_of(document, "tested", "no_target")[0].detail == ""


def test_an_analysis_of_another_shape_is_refused() -> None:
    with pytest.raises(KeyError, match="decision"):
        report_document({"experiment": "x"}, PLAN)


def test_with_several_treatments_each_has_its_figure() -> None:
    plan = replace(PLAN, weights=(("target_300", 4000), ("no_target", 3000), ("callback", 3000)))
    other = {**ANALYSIS["estimates"][2], "variant": "callback", "value": -0.004}
    analysis = {**ANALYSIS, "estimates": [*ANALYSIS["estimates"], other]}

    headline = blocks(report_document(analysis, plan), "answer", Headline)[0]

    assert [(figure.label, figure.value) for figure in headline.figures] == [
        ("no_target: difference in retention at 180 days", "+1.9\u202fpp"),
        ("callback: difference in retention at 180 days", "\N{MINUS SIGN}0.4\u202fpp"),
    ]


def test_three_arms_have_a_row_each() -> None:
    plan = replace(PLAN, weights=(("target_300", 4000), ("no_target", 3000), ("callback", 3000)))

    document = report_document(ANALYSIS, plan, RunFacts())

    table = blocks(document, "metrics", Table)[0]
    assert [row[1].text for row in table.rows[:2]] == ["no_target", "callback"]
    assert table.rows[1][4].detail == "the analysis has no row for it"
