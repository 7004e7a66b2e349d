"""Guardrails: is the largest acceptable harm ruled out?"""

from dataclasses import dataclass

from experiments.plan.document import Metric, Role
from impact.analysis.benefits import benefit_interval, favours_less
from impact.analysis.estimates import NOT_IDENTIFIED, Estimate
from impact.analysis.headlines import effect_row, headline_of
from impact.reports.blocks import Cell, Column, Paragraph, Section, Table, Tone
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, capital, p_value
from impact.reports.quantities import quantity
from impact.reports.scales import interval_text, is_difference, scale_of, value_text

EXPLANATION = (
    "Held: the whole interval lies on the safe side of the largest acceptable harm. Broken: the "
    "whole interval lies beyond it. Open: it lies inside the interval, so the data allows neither. "
    "The p-value is one-sided, against harm of that size or more, and is not adjusted for the "
    "number of guardrails: all of them must hold. "
    "A guardrail without a margin is broken only where harm is shown. Not identified: this unit of "
    "randomisation cannot show it, however many there are."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a guardrail says, in a word and with its colour."""

    word: str
    tone: Tone


HELD = Judgement(word="held", tone=Tone.GOOD)
BROKEN = Judgement(word="broken", tone=Tone.BAD)
NOT_SHOWN = Judgement(word="no harm shown", tone=Tone.GOOD)
OPEN = Judgement(word="open", tone=Tone.CAUTION)
NOT_YET = Judgement(word="not judged", tone=Tone.NOTE)
NON_INFERIORITY = "non_inferiority"  # the method of the rows that test a margin
UNKNOWN = Judgement(word="no estimate", tone=Tone.CAUTION)
UNSEEN = Judgement(word=NOT_IDENTIFIED, tone=Tone.CAUTION)


def guardrails(findings: Findings) -> Section:
    """Return the section of the guardrails."""
    rows = tuple(
        _row(findings, metric, variant)
        for metric in findings.plan.metrics
        if metric.role is Role.GUARDRAIL
        for variant in findings.treatments
    )
    if not rows:
        text = "The plan names no guardrail: nothing watched for harm."
        return Section(key="guardrails", title="Guardrails", blocks=(Paragraph(text=text),))
    columns = (
        Column(label="Guardrail"),
        Column(label="Largest acceptable harm", numeric=True),
        Column(label="Estimate", numeric=True),
        Column(label=capital(findings.interval_name), numeric=True),
        Column(label="Verdict"),
    )
    table = Table(caption="Guardrails", quiet=True, columns=columns, rows=rows)
    blocks = (table, Paragraph(text=EXPLANATION))
    return Section(key="guardrails", title="Guardrails", blocks=blocks)


def judge(metric: Metric, estimate: Estimate | None) -> Judgement:
    """Compare the interval with the margin, or without one with no effect at all."""
    interval = None if estimate is None else benefit_interval(metric, estimate)
    if interval is None:
        if remark(estimate).startswith(NOT_IDENTIFIED):
            return UNSEEN
        hidden = estimate is not None and estimate.value is not None and estimate.look is not None
        return NOT_YET if hidden else UNKNOWN
    low, high = interval
    if metric.margin is None:
        return BROKEN if high < 0 else NOT_SHOWN
    margin = abs(metric.margin - headline_of(metric).no_effect)
    if low > -margin:
        return HELD
    return BROKEN if high < -margin else OPEN


def _row(findings: Findings, metric: Metric, variant: str) -> tuple[Cell, ...]:
    estimate = effect_row(metric, variant, findings.results.estimates)
    judgement = judge(metric, estimate)
    so_far = " so far" if findings.interim and estimate is not None else ""
    label = findings.label(variant) if len(findings.treatments) > 1 else ""
    return (
        Cell(text=metric.label, detail=label),
        Cell(text=_margin(metric, estimate), raw=metric.margin),
        Cell(
            text=value_text(estimate),
            detail=_reason(estimate),
            raw=None if estimate is None else estimate.value,
        ),
        Cell(text=interval_text(estimate) or ABSENT),
        Cell(
            text=judgement.word + so_far,
            detail=_test(findings, metric, variant),
            tone=judgement.tone,
        ),
    )


def _test(findings: Findings, metric: Metric, variant: str) -> str:
    """Return the test of the margin, "" where there is none or where it may not be read yet."""
    found = (
        row.p_value
        for row in findings.results.estimates
        if (row.metric, row.variant, row.method) == (metric.key, variant, NON_INFERIORITY)
    )
    tested = next(found, None)
    return "" if tested is None or findings.interim else f"one-sided p {p_value(tested)}"


def _reason(estimate: Estimate | None) -> str:
    if estimate is None:
        return "the analysis has no row for it"
    return remark(estimate) if estimate.value is None else ""


def _margin(metric: Metric, estimate: Estimate | None) -> str:
    if metric.margin is None or estimate is None:
        return "none"
    harm = metric.margin if favours_less(metric) else -abs(metric.margin)
    return quantity(harm, scale_of(estimate), signed=is_difference(estimate))
