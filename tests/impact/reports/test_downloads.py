import csv
import io
import json
from dataclasses import replace

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pytest
from pypdf import PdfReader

from impact.analysis.estimates import COLUMNS
from impact.reports.document import ReportDocument, report_document
from impact.reports.html import html_report
from impact.reports.pdf import pdf_report
from impact.reports.tables import csv_report, json_report
from impact.reports.workbook import workbook_report
from tests.impact.reports.example import ANALYSIS, FACTS, PLAN, with_text

MARKUP = "<script>alert(1)</script> #let x = 1 $y$ *bold* `raw` \\u{41}"


@pytest.fixture
def document() -> ReportDocument:
    return report_document(ANALYSIS, PLAN, FACTS)


@pytest.fixture
def hostile() -> ReportDocument:
    """A report in which people wrote markup and formulas wherever they can write."""
    analysis = with_text("no survey was answered in the window", MARKUP)
    analysis = {**analysis, "answer": MARKUP}
    analysis["checks"] = [{**analysis["checks"][0], "message": "=HYPERLINK('http://x')"}]
    facts = replace(FACTS, title=MARKUP, hypothesis=MARKUP, plan_source="=1+1\n" + MARKUP)
    return report_document(analysis, PLAN, facts)


def read_workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_json_is_the_analysis_document_with_the_answer(document: ReportDocument) -> None:
    assert json.loads(json_report(document)) == ANALYSIS


def test_csv_has_the_columns_of_the_contract_and_every_estimate(document: ReportDocument) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_report(document))))

    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(ANALYSIS["estimates"])
    assert rows[2]["value"] == "0.0187"
    assert rows[8]["value"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cells_that_a_spreadsheet_would_run_are_quoted(start: str) -> None:
    analysis = with_text("no survey was answered in the window", f"{start}cmd|' /C calc'!A0")

    text = csv_report(report_document(analysis, PLAN))

    notes = [row["note"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert f"'{start}cmd|' /C calc'!A0" in notes


def test_negative_numbers_stay_numbers_in_csv() -> None:
    analysis = {**ANALYSIS, "estimates": [{**ANALYSIS["estimates"][2], "value": -0.5}]}

    text = csv_report(report_document(analysis, PLAN))

    assert next(csv.DictReader(io.StringIO(text)))["value"] == "-0.5"


def test_the_html_file_is_complete_in_itself(document: ReportDocument) -> None:
    html = html_report(document)

    assert document.answer in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
    places = [html.index(f'id="{section.key}"') for section in document.sections]
    assert places == sorted(places)


def test_markup_in_what_people_wrote_is_text_in_html(hostile: ReportDocument) -> None:
    html = html_report(hostile)

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_same_report_gives_the_same_pdf(document: ReportDocument) -> None:
    first = pdf_report(document)

    assert first.startswith(b"%PDF-")
    assert first == pdf_report(document)


def test_a_report_of_another_moment_gives_another_pdf(document: ReportDocument) -> None:
    later = replace(document, made_at=document.made_at.replace(year=2027))

    assert pdf_report(later) != pdf_report(document)


def test_the_pdf_says_the_answer_and_markup_stays_text(
    document: ReportDocument, hostile: ReportDocument
) -> None:
    assert document.answer in pdf_text(pdf_report(document))
    text = pdf_text(pdf_report(hostile))
    assert "<script>alert(1)</script> #let x = 1 $y$ *bold* `raw` \\u{41}" in text


def pdf_text(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_workbook_holds_the_numbers_as_numbers(document: ReportDocument) -> None:
    book = read_workbook(workbook_report(document))

    assert book.sheetnames == ["summary", "estimates", "checks", "arms", "plan"]
    sheet = book["estimates"]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert sheet.cell(row=4, column=COLUMNS.index("value") + 1).value == 0.0187
    assert sheet.max_row == len(ANALYSIS["estimates"]) + 1
    assert [cell.value for cell in book["arms"][2]] == ["target_300", 29_900, 29_879, 25_000]
    texts = [cell.value for row in book["summary"].iter_rows() for cell in row]
    assert document.answer in texts
    assert "May we trust it?" in texts


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(hostile: ReportDocument) -> None:
    book = read_workbook(workbook_report(hostile))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    assert "=1+1" in [cell.value for cell in cells]
    assert "=HYPERLINK('http://x')" in [cell.value for cell in cells]
