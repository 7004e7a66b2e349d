"""All metrics of the plan, one row each and per variant."""

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.reports.blocks import Cell, Column, Paragraph, Section, Table
from impact.reports.effects import (
    arm_level,
    final_p_value,
    main_effect,
    relative_effect,
    remark,
    row_with_test,
)
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, p_value
from impact.reports.names import method_of
from impact.reports.scales import interval_text, place_text, shared_digits, value_text
from impact.reports.sections.beside import beside
from impact.reports.sections.silence import silence

PREFIXES = {"hazard_ratio": "HR ", "risk_ratio": "RR "}
HIDDEN = "No p-values before the planned end: a fixed-sample test read early finds too much."


def metrics(findings: Findings) -> Section:
    """Return the section with the table of metrics."""
    rows = tuple(
        _row(findings, metric, variant)
        for metric in findings.plan.metrics
        for variant in findings.treatments
    )
    table = Table(caption="Metrics", quiet=True, columns=_columns(findings), rows=rows)
    texts = [*beside(findings), *silence(findings), *([HIDDEN] if findings.interim else [])]
    after = (Paragraph(text=text) for text in texts)
    return Section(key="metrics", title="All metrics", blocks=(table, *after))


def _columns(findings: Findings) -> tuple[Column, ...]:
    several = len(findings.treatments) > 1
    variant = "Variant" if several or not findings.treatments else _only(findings)
    labels = [findings.label(findings.plan.control), variant, "Difference", "Relative"]
    labels += [] if findings.interim else ["p-value"]
    compared = (Column(label="Compared"),) if several else ()
    return (
        Column(label="Metric"),
        *compared,
        *(Column(label=label, numeric=True) for label in labels),
    )


def _only(findings: Findings) -> str:
    return findings.label(findings.treatments[0])


def _row(findings: Findings, metric: Metric, variant: str) -> tuple[Cell, ...]:
    effect = main_effect(findings, metric, variant)
    several = len(findings.treatments) > 1
    compared = (Cell(text=findings.label(variant)),) if several else ()
    return (
        Cell(text=metric.label, detail=_detail(findings, metric, effect)),
        *compared,
        *_values(findings, metric, variant, effect),
    )


def _detail(findings: Findings, metric: Metric, effect: Estimate | None) -> str:
    parts = [metric.role.value]
    if metric.window is not None:
        parts.append(f"first {metric.window} days")
    if effect is not None and effect.at is not None:
        parts.append(f"at {place_text(effect, findings.plan.time_unit)}")
    if effect is not None:
        parts.append(method_of(effect.method))
    return ", ".join(parts)


def _values(
    findings: Findings, metric: Metric, variant: str, effect: Estimate | None
) -> tuple[Cell, ...]:
    width = 4 if findings.interim else 5
    if effect is None:
        absent = Cell(text=ABSENT, detail="the analysis has no row for it")
        return (*(Cell(text=ABSENT),) * 2, absent, *(Cell(text=ABSENT),) * (width - 3))
    arms = [arm_level(findings, effect, name) for name in (findings.plan.control, variant)]
    digits = shared_digits(*arms)
    cells = (
        *(Cell(text=value_text(arm, digits), raw=_raw(arm)) for arm in arms),
        difference_cell(effect),
        _relative(relative_effect(findings, metric, effect)),
    )
    if findings.interim:
        return cells
    return (*cells, _test(findings, row_with_test(findings, metric, variant)))


def difference_cell(effect: Estimate) -> Cell:
    """Return the difference with its interval below, or the reason why there is none."""
    if effect.value is None:
        return Cell(text=ABSENT, detail=remark(effect))
    return Cell(text=value_text(effect), detail=interval_text(effect), raw=effect.value)


def _relative(row: Estimate | None) -> Cell:
    if row is None or row.value is None:
        return Cell(text=ABSENT)
    prefix = PREFIXES.get(row.quantity, "")
    return Cell(text=prefix + value_text(row), detail=interval_text(row), raw=row.value)


def _test(findings: Findings, row: Estimate | None) -> Cell:
    p = final_p_value(findings, row)
    if row is None or p is None:
        return Cell(text=ABSENT)
    method = method_of(row.method)
    by = findings.adjustment(row.metric)
    adjusted = f", {by}" if row.p_value_adjusted is not None else ""
    return Cell(text=p_value(p), detail=method + adjusted, raw=p)


def _raw(row: Estimate | None) -> float | None:
    return None if row is None else row.value
