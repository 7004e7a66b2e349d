"""Reports made from the example, and what stands in them."""

from typing import Any, TypeVar

from experiments.plan.document import Plan
from impact.reports.blocks import Cell, Table
from impact.reports.document import ReportDocument, report_document
from impact.reports.findings import RunFacts
from tests.impact.reports.example import ANALYSIS, FACTS, PLAN

BlockKind = TypeVar("BlockKind")


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
