from dataclasses import replace

import pytest

from impact.reports.blocks import (
    Facts,
    Headline,
    KeyFigure,
    Listing,
    Notice,
    Paragraph,
    Table,
    Tone,
)
from impact.reports.findings import VariantFacts
from tests.impact.reports.documents import blocks, estimates, made, row_of
from tests.impact.reports.example import ANALYSIS, FACTS, INTERIM_PLAN, PLAN

ORDER = (
    "tested",
    "trust",
    "answer",
    "retention",
    "segments",
    "metrics",
    "guardrails",
    "money",
    "provenance",
)


def test_sections_come_in_the_order_of_the_questions() -> None:
    assert tuple(section.key for section in made().sections) == ORDER


def test_every_row_of_every_table_fills_its_columns() -> None:
    for plan in (PLAN, INTERIM_PLAN):
        for section in made(plan=plan).sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    assert {len(row) for row in block.rows} <= {len(block.columns)}


def test_the_first_section_says_who_was_compared_and_under_which_policies() -> None:
    document = made()

    assert row_of(document, "tested", "300 s target")[0].detail == "target_300, control"
    assert [cell.text for cell in row_of(document, "tested", "No target")[1:]] == [
        "50.0%",
        "50.2%",
        "30,140",
        "30,121",
        "25,300",
    ]
    assert row_of(document, "tested", "handle_target_s")[1].text == "300"
    assert ("Data as of", "1 Sep 2026, 00:00 UTC") in blocks(document, "tested", Facts)[0].items


def test_the_worst_check_comes_first_and_a_failed_one_warns_of_the_numbers() -> None:
    failed = {**ANALYSIS["checks"][0], "status": "fail", "p_value": 1e-9}
    document = made({**ANALYSIS, "checks": [ANALYSIS["checks"][1], failed]})

    assert blocks(document, "trust", Table)[0].rows[0][1].text == "failed"
    notice = blocks(document, "trust", Notice)[0]
    assert (notice.title, notice.tone) == ("Failed: Sample ratio", Tone.BAD)


def test_without_any_check_the_report_says_so() -> None:
    document = made({**ANALYSIS, "checks": []})

    assert blocks(document, "trust", Notice)[0].title == "Nothing was checked"


def test_the_answer_is_the_sentence_with_the_figure_its_interval_and_the_verdict() -> None:
    headline = blocks(made(), "answer", Headline)[0]

    assert headline.verdict == "Ship it"
    assert headline.sentence == "Without a target 1.9 points more customers stayed 180 days."
    assert headline.figures == (
        KeyFigure(
            label="Difference in retention at 180 days",
            value="+1.9\u202fpp",
            interval="95% interval +1.2 to +2.5\u202fpp",
        ),
    )
    assert headline.reasons == ("Retention is better with certainty.", "No guardrail was broken.")


def test_without_a_sentence_of_the_analysis_the_primary_estimate_speaks() -> None:
    document = made({key: value for key, value in ANALYSIS.items() if key != "answer"})

    assert document.answer == (
        "Retention: No target against 300 s target +1.9\u202fpp "
        "(95% interval +1.2 to +2.5\u202fpp)."
    )


def test_retention_shows_each_arm_and_each_comparison() -> None:
    document = made()

    assert [cell.text for cell in row_of(document, "retention", "Retained at 180 days")] == [
        "Retained at 180 days",
        "81.9%",
        "83.7%",
    ]
    assert row_of(document, "retention", "Hazard ratio of churn")[2].text == "0.89"
    assert row_of(document, "retention", "Log-rank test")[-1].text == "< 0.001 (Holm < 0.001)"


def test_segments_come_after_all_units_and_say_why_one_has_no_estimate() -> None:
    rows = blocks(made(), "segments", Table)[0].rows

    assert [row[0].text for row in rows] == [
        "All customers",
        "tenure: new",
        "tenure: settled",
        "tenure: unknown",
    ]
    assert (rows[3][3].text, rows[3][3].detail) == ("—", "no churn in target_300")


def test_a_metric_is_one_row_with_its_test_when_final() -> None:
    row = row_of(made(), "metrics", "Handle time per contact")

    assert [cell.text for cell in row] == [
        "Handle time per contact",
        "301.2\u202fs",
        "372.9\u202fs",
        "+71.7\u202fs",
        "+23.8%",
        "< 0.001",
    ]
    assert row[3].detail == "+69.9 to +73.5\u202fs"


def test_an_estimate_without_a_value_shows_its_reason_and_never_a_zero() -> None:
    row = row_of(made(), "metrics", "Satisfied customers")

    assert (row[3].text, row[3].detail) == ("—", "no survey was answered in the window")


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(69.9, 73.5, "held"), (95.0, 110.0, "broken"), (70.0, 110.0, "open")],
)
def test_a_guardrail_compares_its_interval_with_the_largest_acceptable_harm(
    low: float, high: float, word: str
) -> None:
    document = made(estimates(("handle_time", "ratio_difference"), ci_low=low, ci_high=high))

    row = row_of(document, "guardrails", "Handle time per contact")
    assert row[1].text == "+90.0\u202fs"
    assert row[-1].text == word


def test_money_is_shown_per_unit_and_per_thousand_and_says_what_it_is_not() -> None:
    document = made()

    row = row_of(document, "money", "Revenue")
    assert [cell.text for cell in row[3:]] == ["+€2.41", "+€2,410"]
    assert blocks(document, "money", Notice)[0].title == "Before the full economics"
    assert row_of(document, "money", "Revenue less handling cost")[3].text == "+€1.39"


def test_a_plan_without_economics_has_no_money() -> None:
    document = made(plan=replace(PLAN, economics=None))

    assert blocks(document, "money", Table) == []
    assert "no economics" in blocks(document, "money", Paragraph)[0].text


def test_the_last_section_holds_the_hashes_the_versions_and_the_plan() -> None:
    document = made()

    items = dict(blocks(document, "provenance", Facts)[0].items)
    assert items["Plan, SHA-256"] == "a" * 64
    assert items["Lake versions"] == "churn 12, contacts 340"
    assert blocks(document, "provenance", Listing)[0].text == FACTS.plan_source


def test_texts_of_the_analysis_name_variants_by_their_titles_unless_a_key_is_a_word() -> None:
    analysis = {**ANALYSIS, "answer": "Retention with no_target is higher than with control."}
    facts = replace(FACTS, variants=(*FACTS.variants, VariantFacts(key="control", title="X")))

    answer = made(analysis, facts=facts).answer

    assert answer == "Retention with “No target” is higher than with control."


def test_retention_is_judged_by_its_log_rank_test() -> None:
    row = row_of(made(), "metrics", "Retention")

    assert (row[-1].text, row[-1].detail) == ("< 0.001", "log-rank, Holm")
