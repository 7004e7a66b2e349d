"""The report as one value: banners and sections in their order, whatever renders it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiments.plan.document import Plan
from impact.analysis.estimates import Verdict
from impact.analysis.looks.wording import CLAIM, RULES
from impact.reports.blocks import Notice, Section, Tone
from impact.reports.findings import Findings, RunFacts
from impact.reports.formats import day, instant
from impact.reports.results import read_results
from impact.reports.sections.answer import answer, sentence
from impact.reports.sections.bayesian import bayesian
from impact.reports.sections.compliers import compliers
from impact.reports.sections.designs import designs
from impact.reports.sections.guardrails import guardrails
from impact.reports.sections.metrics import metrics
from impact.reports.sections.money import money
from impact.reports.sections.provenance import provenance
from impact.reports.sections.retention import retention
from impact.reports.sections.segments import segments
from impact.reports.sections.tested import tested
from impact.reports.sections.trust import trust

SECTIONS = (
    tested,
    trust,
    answer,
    retention,
    segments,
    metrics,
    compliers,
    designs,
    guardrails,
    money,
    bayesian,
    provenance,
)

BROKEN = (
    "The split between the arms is broken: one arm got more than chance allows. The "
    "numbers below cannot be read as an effect of the policy."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """One report. `analysis` is the document it was made from, with everything in it."""

    experiment: str
    title: str
    subtitle: str
    answer: str
    verdict: Verdict
    interim: bool
    simulated: bool
    made_at: datetime
    notices: tuple[Notice, ...]
    sections: tuple[Section, ...]
    plan_source: str
    analysis: Mapping[str, Any]


def report_document(
    analysis: Mapping[str, Any], plan: Plan, facts: RunFacts | None = None
) -> ReportDocument:
    """Return the report of an analysis document.

    `made_at` is when the run finished, else the moment up to which data was seen: a report of
    the same run is the same to the byte.

    Raises:
        KeyError, TypeError, ValueError: the analysis has not the shape of the contract.
    """
    known = facts or RunFacts()
    findings = Findings(results=read_results(analysis), plan=plan, facts=known)
    results = findings.results
    return ReportDocument(
        experiment=results.experiment,
        title=known.title or plan.title or results.experiment,
        subtitle=f"Impact report, data as of {instant(results.as_of.astimezone(plan.zone))}",
        answer=sentence(findings),
        verdict=results.decision.verdict,
        interim=findings.interim,
        simulated=known.simulated,
        made_at=known.finished_at or results.as_of,
        notices=_notices(findings),
        sections=tuple(part for part in (section(findings) for section in SECTIONS) if part.blocks),
        plan_source=known.plan_source,
        analysis=analysis,
    )


def _notices(findings: Findings) -> tuple[Notice, ...]:
    notices = []
    if findings.results.split_is_broken:
        notices.append(Notice(title="Not to be relied on", text=BROKEN, tone=Tone.BAD))
    if findings.facts.simulated:
        text = "These customers, contacts and revenues come from a simulator. Nobody real is in it."
        notices.append(Notice(title="Simulated data", text=text, tone=Tone.NOTE))
    if findings.interim:
        notices.append(Notice(title="INTERIM", text=_interim(findings), tone=Tone.CAUTION))
    return tuple(notices)


def _interim(findings: Findings) -> str:
    looks = findings.plan.looks
    when = f"The experiment runs until {day(looks.planned_end)}. " if looks.planned_end else ""
    if looks.rule is None:
        return (
            f"{when}Its numbers still move, and deciding on them early finds effects that are not "
            "there. The plan states no rule for looking, so that intervals and p-values appear at "
            "the planned end."
        )
    return (
        f"{when}Its intervals are those of {RULES[looks.rule]}: {CLAIM}. They are wider than those "
        "of one look, and p-values appear at the planned end."
    )
