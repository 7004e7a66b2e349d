from dataclasses import replace
from typing import Any, TypeVar

import pytest

from experiments.plan.document import Plan
from experiments.plan.looks import Looks
from impact.reports.blocks import (
    Cell,
    Facts,
    Headline,
    KeyFigure,
    Listing,
    Notice,
    Paragraph,
    Table,
    Tone,
)
from impact.reports.document import ReportDocument, report_document
from impact.reports.findings import RunFacts, VariantFacts
from tests.impact.reports.example import ANALYSIS, FACTS, INTERIM_PLAN, PLAN

BlockKind = TypeVar("BlockKind")
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


def made(
    analysis: dict[str, Any] = ANALYSIS, plan: Plan = PLAN, facts: RunFacts = FACTS
) -> ReportDocument:
    return report_document(analysis, plan, facts)


def blocks(document: ReportDocument, key: str, kind: type[BlockKind]) -> list[BlockKind]:
    section = next(section for section in document.sections if section.key == key)
    return [block for block in section.blocks if isinstance(block, kind)]


def words(document: ReportDocument) -> str:
    return repr(document.sections) + repr(document.notices)


def row_of(document: ReportDocument, key: str, label: str) -> tuple[Cell, ...]:
    rows = (row for table in blocks(document, key, Table) for row in table.rows)
    return next(row for row in rows if row[0].text == label)


def estimates(*changed: tuple[str, str], **columns: object) -> dict[str, Any]:
    """The analysis with these columns changed in the rows of that (metric, quantity)."""
    rows = [
        {**row, **columns} if (row["metric"], row["quantity"]) in changed else row
        for row in ANALYSIS["estimates"]
    ]
    return {**ANALYSIS, "estimates": rows}


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


def test_retention_is_judged_by_its_log_rank_test() -> None:
    row = row_of(made(), "metrics", "Retention")

    assert (row[-1].text, row[-1].detail) == ("< 0.001", "log-rank, Holm")


def test_three_arms_have_a_row_each() -> None:
    plan: Plan = replace(
        PLAN, weights=(("target_300", 4000), ("no_target", 3000), ("callback", 3000))
    )

    document = report_document(ANALYSIS, plan, RunFacts())

    table = blocks(document, "metrics", Table)[0]
    assert [row[1].text for row in table.rows[:2]] == ["no_target", "callback"]
    assert table.rows[1][4].detail == "the analysis has no row for it"
