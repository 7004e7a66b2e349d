"""A report as PDF, by typst: the same document gives the same bytes."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from impact.reports.blocks import Block
from impact.reports.document import ReportDocument
from impact.reports.fonts import font_folder

TEMPLATE = Path(__file__).with_name("report.typ")


def pdf_report(document: ReportDocument) -> bytes:
    """Return the report as a tagged PDF, dated when the run finished."""
    folder = font_folder()
    pdf: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(folder)] if folder else [],
        ignore_system_fonts=folder is not None,
        sys_inputs={"data": json.dumps(_content(document))},
        pdf_standards=["ua-1"],
        timestamp=int(document.made_at.timestamp()),
    )
    return pdf


def _content(document: ReportDocument) -> dict[str, Any]:
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "footer": f"{document.experiment}, impact report",
        "notices": [asdict(notice) for notice in document.notices],
        "sections": [
            {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in document.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    return {"kind": type(block).__name__.lower(), **asdict(block)}
