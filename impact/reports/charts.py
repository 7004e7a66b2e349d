"""All drawings of one analysis, by name: what a run stores beside its results.

For workers and commands only: the drawings need Altair and vl-convert, see `drawings`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL
from impact.reports.descriptions import (
    forest_description,
    incidence_curves,
    incidence_description,
    incidence_title,
    retention_curves,
    retention_description,
    segment_label,
)
from impact.reports.drawings.forest import forest_chart
from impact.reports.drawings.retention import incidence_chart, retention_chart
from impact.reports.drawings.style import NARROW, WIDE
from impact.reports.drawings.svg import svg_text
from impact.reports.findings import Findings, RunFacts, VariantFacts
from impact.reports.forest import forest_rows
from impact.reports.results import read_results

NARROW_FOREST = replace(NARROW, width=150)
WIDE_FOREST = replace(WIDE, width=540)


def render_charts(
    plan: Plan, analysis: Mapping[str, Any], titles: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return SVG by name, each also `..._narrow`.

    `retention_<metric>`, `incidence_<metric>_<place of the cause>` and `forest_<variant>`. `titles`
    names variants; without it they are called by their keys.
    """
    variants = tuple(VariantFacts(key=key, title=title) for key, title in (titles or {}).items())
    facts = RunFacts(variants=variants)
    findings = Findings(results=read_results(analysis), plan=plan, facts=facts)
    drawings = (_retention(findings), _incidence(findings), _forests(findings))
    return {name: svg for drawn in drawings for name, svg in drawn}


def _retention(findings: Findings) -> Iterator[tuple[str, str]]:
    labels = {variant: findings.label(variant) for variant in findings.plan.variants}
    unit = f"{findings.plan.time_unit.name}s"
    for metric in findings.survival_metrics:
        curves = retention_curves(findings, metric)
        if curves:
            title = f"{metric.label}: share not yet churned"
            words = retention_description(findings, metric)
            for suffix, size in (("", WIDE), ("_narrow", NARROW)):
                name = f"retention_{metric.key}{suffix}"
                chart = retention_chart(curves, labels, size, unit)
                yield name, svg_text(chart, name=name, title=title, description=words)


def _incidence(findings: Findings) -> Iterator[tuple[str, str]]:
    labels = {variant: findings.label(variant) for variant in findings.plan.variants}
    unit = f"{findings.plan.time_unit.name}s"
    for metric in findings.survival_metrics:
        for place, (cause, curves) in enumerate(incidence_curves(findings, metric).items()):
            title = incidence_title(metric.label, cause)
            words = incidence_description(findings, cause, curves)
            for suffix, size in (("", WIDE), ("_narrow", NARROW)):
                name = f"incidence_{metric.key}_{place}{suffix}"
                chart = incidence_chart(curves, labels, size, unit, f"Left: {cause}")
                yield name, svg_text(chart, name=name, title=title, description=words)


def _forests(findings: Findings) -> Iterator[tuple[str, str]]:
    for variant in findings.treatments:
        rows = forest_rows(findings, variant)
        drawable = any(row.value is not None and row.ci_low is not None for row in rows)
        if drawable and any(row.segment != ALL for row in rows):
            labels = {row.segment: segment_label(row.segment, findings) for row in rows}
            title = f"{findings.plan.primary.label} by segment, {findings.label(variant)}"
            words = forest_description(findings, rows)
            for suffix, size in (("", WIDE_FOREST), ("_narrow", NARROW_FOREST)):
                name = f"forest_{variant}{suffix}"
                chart = forest_chart(rows, labels, size)
                yield name, svg_text(chart, name=name, title=title, description=words)
