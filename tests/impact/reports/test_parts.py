"""The hazard ratio part by part of follow-up, in the report."""

from collections.abc import Mapping
from typing import Any

from impact.analysis.headlines import PIECEWISE
from impact.reports.blocks import Section, Table
from impact.reports.document import report_document
from tests.impact.reports.example import ANALYSIS, FACTS, PLAN, compared

WORDS = ("up to 60 days", "after 60 days up to 120 days", "after 120 days")
RATIOS: tuple[float | None, ...] = (0.62, 0.8, 0.95)


def parts(ratios: tuple[float | None, ...] = RATIOS, mark: str = "") -> list[dict[str, Any]]:
    return [
        compared(
            "churn", "time_to_event", PIECEWISE, "hazard_ratio", at=60.0 * place, value=ratio,
            ci_low=ratio and ratio - 0.1, ci_high=ratio and ratio + 0.1, events_variant=512,
            events_baseline=1490, note=mark + words + ("" if ratio else "; no_target: no events"),
        )
        for place, (words, ratio) in enumerate(zip(WORDS, ratios, strict=True), start=1)
    ]  # fmt: skip


def retention(found: Mapping[str, Any]) -> Section:
    document = report_document(found, PLAN, FACTS)
    return next(section for section in document.sections if section.key == "retention")


def table(section: Section) -> Table | None:
    tables = (block for block in section.blocks if isinstance(block, Table))
    return next((block for block in tables if "over time" in block.caption), None)


def with_rows(rows: list[dict[str, Any]]) -> dict[str, Any]:
    whole = ANALYSIS
    return {**whole, "estimates": [*whole["estimates"], *rows]}


def test_each_part_of_follow_up_has_its_row() -> None:
    shown = table(retention(with_rows(parts())))

    assert shown is not None
    assert [row[0].text for row in shown.rows] == [
        "Up to 60 days",
        "After 60 days up to 120 days",
        "After 120 days",
    ]
    assert shown.columns[1].label == "Churned, No target against 300 s target"
    assert [row[1].text for row in shown.rows] == ["512 against 1,490"] * 3
    assert [row[2].text for row in shown.rows] == ["0.62", "0.80", "0.95"]


def test_a_part_without_a_ratio_says_why() -> None:
    shown = table(retention(with_rows(parts((0.62, 0.8, None), mark="interim; "))))

    assert shown is not None
    assert (shown.rows[2][0].text, shown.rows[2][2].detail) == (
        "After 120 days",
        "no_target: no events",
    )


def test_without_any_ratio_there_is_no_table() -> None:
    assert table(retention(with_rows(parts((None, None, None))))) is None
    assert table(retention(ANALYSIS)) is None


def test_a_part_never_stands_for_the_whole() -> None:
    whole, more = ANALYSIS, with_rows(parts())

    for before, after in zip(
        report_document(whole, PLAN, FACTS).sections,
        report_document(more, PLAN, FACTS).sections,
        strict=True,
    ):
        same = tuple(block for block in after.blocks if block != table(after))
        assert same == before.blocks, before.key
