"""All drawings of one analysis, by name: what a run stores beside its results.

For workers and commands only: the drawings need Altair and vl-convert, see `drawings`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from experiments.plan.document import Plan
from impact.analysis.sufficient import ALL
from impact.reports.descriptions import (
    forest_description,
    retention_curves,
    retention_description,
    segment_label,
)
from impact.reports.drawings.forest import forest_chart
from impact.reports.drawings.retention import retention_chart
from impact.reports.drawings.style import NARROW, WIDE, Size
from impact.reports.drawings.svg import svg_text
from impact.reports.findings import Findings, RunFacts, VariantFacts
from impact.reports.forest import forest_rows
from impact.reports.results import read_results

Draw = Callable[[Size], Any]
NARROW_FOREST = replace(NARROW, width=150)
WIDE_FOREST = replace(WIDE, width=540)


def render_charts(
    plan: Plan, analysis: Mapping[str, Any], titles: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return SVG by name: `retention_<metric>` and `forest_<variant>`, each also `..._narrow`.

    `titles` names variants; without it they are called by their keys.
    """
    variants = tuple(VariantFacts(key=key, title=title) for key, title in (titles or {}).items())
    facts = RunFacts(variants=variants)
    findings = Findings(results=read_results(analysis), plan=plan, facts=facts)
    return {**dict(_retention(findings)), **dict(_forests(findings))}


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
