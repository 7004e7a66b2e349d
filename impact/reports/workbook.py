"""A report as a workbook: the words on one sheet, every number of the analysis on the others.

Text is always written as text: nothing that a person wrote becomes a formula.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from impact.analysis.estimates import COLUMNS
from impact.reports.blocks import Block, Facts, Figure, Headline, Listing, Notice, Paragraph, Table
from impact.reports.document import ReportDocument

CHECK_COLUMNS = ("name", "status", "statistic", "df", "p_value", "message")
ARM_COLUMNS = ("variant", "n_units", "n_eligible", "n_mature")
NARROWEST, WIDEST = 10, 60
SUMMARY_WIDTHS = (44, 26, 26, 26, 26, 26, 26)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}

Row = Sequence[object]


def workbook_report(document: ReportDocument) -> bytes:
    """Return an XLSX file with the sheets summary, estimates, checks, arms and plan."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**OPTIONS, "nan_inf_to_errors": False}) as book:
        made_at = document.made_at.replace(tzinfo=None)
        book.set_properties({"title": document.title, "author": "Equipoise", "created": made_at})
        _summary(book, document)
        _records(book, "estimates", COLUMNS, document.analysis["estimates"])
        _records(book, "checks", CHECK_COLUMNS, document.analysis["checks"])
        _records(book, "arms", ARM_COLUMNS, document.analysis["arms"])
        _plan(book, document)
    return target.getvalue()


def _summary(book: Any, document: ReportDocument) -> None:  # noqa: ANN401  # xlsxwriter has no types
    sheet = book.add_worksheet("summary")
    styles = _styles(book)
    for place, width in enumerate(SUMMARY_WIDTHS):
        sheet.set_column(place, place, width, styles["wrapped"])
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    lines: list[tuple[str, Row]] = [("title", [document.title]), ("quiet", [document.subtitle])]
    lines += [line for notice in document.notices for line in _lines(notice)]
    for section in document.sections:
        lines += [("plain", []), ("section", [section.title])]
        lines += [line for block in section.blocks for line in _lines(block)]
    for place, (style, cells) in enumerate(lines):
        for column, value in enumerate(cells):
            _write(sheet, place, column, value, styles[style])


def _lines(block: Block) -> list[tuple[str, Row]]:
    lines: list[tuple[str, Row]]
    match block:
        case Paragraph(text=text) | Figure(description=text):
            lines = [("plain", [text])]
        case Notice():
            lines = [("strong", [block.title]), ("plain", [block.text])]
        case Headline():
            lines = _headline(block)
        case Facts(items=items):
            lines = [("wrapped", item) for item in items]
        case Table():
            lines = _table(block)
        case Listing():
            lines = [("quiet", [f"{block.title}: on the sheet plan"])]
    return lines


def _headline(block: Headline) -> list[tuple[str, Row]]:
    return [
        ("strong", [block.verdict]),
        ("plain", [block.sentence]),
        *[("wrapped", [item.label, item.value, item.interval]) for item in block.figures],
        *[("plain", [reason]) for reason in block.reasons],
    ]


def _table(block: Table) -> list[tuple[str, Row]]:
    words = [
        [cell.text + (f"\n{cell.detail}" if cell.detail else "") for cell in row]
        for row in block.rows
    ]
    heading: list[tuple[str, Row]] = [
        ("strong", [block.caption]),
        ("heading", [column.label for column in block.columns]),
    ]
    return [*heading, *(("wrapped", row) for row in words)]


def _records(
    book: Any,  # noqa: ANN401  # xlsxwriter has no types
    name: str,
    columns: tuple[str, ...],
    records: Iterable[Mapping[str, Any]],
) -> None:
    sheet = book.add_worksheet(name)
    styles = _styles(book)
    rows = [[record.get(column) for column in columns] for record in records]
    for place, column in enumerate(columns):
        _write(sheet, 0, place, column, styles["heading"])
        longest = max([len(column), *(len(str(row[place] or "")) for row in rows)])
        sheet.set_column(place, place, min(max(longest + 1, NARROWEST), WIDEST))
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write(sheet, number, place, value, styles["cell"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _plan(book: Any, document: ReportDocument) -> None:  # noqa: ANN401  # xlsxwriter has no types
    sheet = book.add_worksheet("plan")
    styles = _styles(book)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    analysis = document.analysis
    facts = ("experiment", "version", "as_of", "plan_sha256", "data_sha256")
    for place, name in enumerate(facts):
        _write(sheet, place, 0, name, styles["heading"])
        _write(sheet, place, 1, str(analysis[name]), styles["cell"])
    for place, line in enumerate(document.plan_source.splitlines(), start=len(facts) + 1):
        _write(sheet, place, 1, line, styles["mono"])


def _styles(book: Any) -> dict[str, Any]:  # noqa: ANN401  # xlsxwriter has no types
    looks: dict[str, dict[str, object]] = {
        "plain": {},
        "cell": {},
        "title": {"bold": True, "font_size": 16},
        "section": {"bold": True, "font_size": 13, "bottom": 1},
        "strong": {"bold": True},
        "quiet": {"font_color": "#53606f"},
        "heading": {"bold": True, "font_color": "#53606f", "bottom": 1, "text_wrap": True},
        "wrapped": {"text_wrap": True, "valign": "top"},
        "mono": {"font_name": "Consolas"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _write(sheet: Any, row: int, column: int, value: object, style: Any) -> None:  # noqa: ANN401
    match value:
        case None | "":
            sheet.write_blank(row, column, None, style)
        case bool() | str():
            sheet.write_string(row, column, str(value), style)
        case int() | float():
            sheet.write_number(row, column, value, style)
        case _:
            sheet.write_string(row, column, str(value), style)
