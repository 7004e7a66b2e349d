"""May we trust it: the checks, the worst first."""

from impact.analysis.estimates import Check, CheckStatus
from impact.reports.blocks import Block, Cell, Column, Notice, Paragraph, Section, Table, Tone
from impact.reports.findings import Findings
from impact.reports.formats import number, p_value

TITLES = {
    "sample_ratio": "Sample ratio",
    "multiple_exposure": "Units in several arms",
    "late_assignment": "Late assignment",
    "pre_period_balance": "Balance before the start",
    "covariate_balance": "Balance of covariates",
    "exposure_reconciliation": "Assignments against exposures",
    "compliance": "Compliance",
    "survey_response": "Survey response",
    "complete_observation": "Observation of whole windows",
    "data_freshness": "Freshness of the data",
    "interference": "Interference between arms",
    "overlap": "Overlap with other experiments",
    "proportional_hazards": "Proportional hazards",
}
WORDS = {CheckStatus.PASS: "passed", CheckStatus.WARN: "look at it", CheckStatus.FAIL: "failed"}
TONES = {
    CheckStatus.PASS: Tone.GOOD,
    CheckStatus.WARN: Tone.CAUTION,
    CheckStatus.FAIL: Tone.BAD,
}
WORST_FIRST = (CheckStatus.FAIL, CheckStatus.WARN, CheckStatus.PASS)


def trust(findings: Findings) -> Section:
    """Return the section of the checks."""
    checks = sorted(findings.results.checks, key=lambda check: WORST_FIRST.index(check.status))
    blocks: list[Block] = [_summary(checks)]
    if checks:
        rows = tuple(_row(check, findings) for check in checks)
        columns = (Column(label="Check"), Column(label="Verdict"), Column(label="What was found"))
        blocks.append(Table(caption="Checks", quiet=True, columns=columns, rows=rows))
    return Section(key="trust", title="May we trust it?", blocks=tuple(blocks))


def _summary(checks: list[Check]) -> Block:
    if not checks:
        return Notice(
            title="Nothing was checked",
            text="The data given allows none of the checks. Read the numbers with that in mind.",
            tone=Tone.CAUTION,
        )
    failed = [_title(check) for check in checks if check.status is CheckStatus.FAIL]
    warned = [_title(check) for check in checks if check.status is CheckStatus.WARN]
    if failed:
        text = "Until it is explained, the numbers below are not an answer."
        return Notice(title=f"Failed: {', '.join(failed)}", text=text, tone=Tone.BAD)
    if warned:
        return Paragraph(text=f"Nothing failed. Look at: {', '.join(warned)}.")
    return Paragraph(text="All checks that the data allows passed.")


def _row(check: Check, findings: Findings) -> tuple[Cell, ...]:
    return (
        Cell(text=_title(check)),
        Cell(text=WORDS[check.status], tone=TONES[check.status]),
        Cell(text=findings.spoken(check.message), detail=_numbers(check, findings)),
    )


def _numbers(check: Check, findings: Findings) -> str:
    if check.df is None and (check.p_value is None or findings.interim):
        return ""
    parts = []
    if check.statistic is not None:
        parts.append(f"statistic {number(check.statistic, digits=3)}")
    if check.df is not None:
        parts.append(f"df {check.df:g}")
    if check.p_value is not None and not findings.interim:
        parts.append(f"p {p_value(check.p_value)}")
    return ", ".join(parts)


def _title(check: Check) -> str:
    return TITLES.get(check.name, check.name.replace("_", " ").capitalize())
