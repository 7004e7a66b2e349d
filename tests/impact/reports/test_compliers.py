"""The section about compliers: there when asked for, with the set beside the estimate."""

from dataclasses import replace

from experiments.plan.compliance import Compliance
from impact.reports.blocks import Paragraph, Table
from impact.reports.document import report_document
from tests.impact.reports.example import ANALYSIS, PLAN, compared

COMPLIERS = replace(PLAN, compliance=Compliance(received="received"))


def complier(method: str, **more: object) -> dict[str, object]:
    row = compared("satisfied", "proportion", method, "complier_average_effect", **more)
    return {**row, "population": "complier"}


def test_a_report_without_compliance_has_no_such_section() -> None:
    keys = [section.key for section in report_document(ANALYSIS, PLAN).sections]

    assert "compliers" not in keys
    assert "metrics" in keys


def test_the_set_that_holds_stands_beside_the_estimate_that_is_withheld() -> None:
    further = [
        compared("satisfied", "proportion", "first_stage", "coefficient", term="received")
        | {"value": 0.01, "ci_low": -0.01, "ci_high": 0.03, "note": "effective F = 1.2; moved"},
        complier("two_stage_least_squares", value=None, note="assignment hardly moved it"),
        complier("anderson_rubin", value=None, ci_set="(-inf, inf)"),
    ]
    document = {**ANALYSIS, "estimates": [*ANALYSIS["estimates"], *further]}

    (section,) = [
        part for part in report_document(document, COMPLIERS).sections if part.key == "compliers"
    ]

    table = next(block for block in section.blocks if isinstance(block, Table))
    (row,) = table.rows
    assert row[-1].text == "any value"
    assert row[-2].detail == "assignment hardly moved it"
    assert row[-3].detail == "effective F = 1.2"
    assert any(
        isinstance(block, Paragraph) and "by assignment" in block.text for block in section.blocks
    )
