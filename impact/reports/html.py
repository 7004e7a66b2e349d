"""A report as HTML: the parts for a page, and one file that needs nothing else."""

from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from impact.reports.blocks import Block
from impact.reports.document import ReportDocument

STYLE = Path(__file__).resolve().parents[1] / "static" / "impact" / "report.css"


def html_report(document: ReportDocument) -> str:
    """Return the report as one file: style and drawings inside, no script, nothing fetched."""
    return render_to_string(
        "impact/report/file.html", {**page_context(document), "style": _style()}
    )


def page_context(document: ReportDocument) -> dict[str, Any]:
    """Return what `impact/report/body.html` needs: each section with its blocks' templates."""
    sections = [
        (section, [(_template(block), block) for block in section.blocks])
        for section in document.sections
    ]
    return {"document": document, "sections": sections}


def _template(block: Block) -> str:
    return f"impact/report/{type(block).__name__.lower()}.html"


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")
