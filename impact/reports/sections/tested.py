"""What was tested and on whom: the question, the policies, the arms."""

import json
from typing import Any

from impact.analysis.looks.wording import rule_text
from impact.reports.blocks import Block, Cell, Column, Facts, Paragraph, Section, Table, Tone
from impact.reports.findings import Findings
from impact.reports.formats import ABSENT, count, day, instant, level

WEIGHT_TOTAL = 10_000
COUNTED = (
    "Units seen: all that were ever assigned. Eligible: those that the estimates are about; not "
    "forced into an arm for a test, and neither churned nor out of sight before their start. "
    "Mature: the eligible whose windows are all over, which metrics with a window use."
)


def tested(findings: Findings) -> Section:
    """Return the section that says what was compared, on which units and until when."""
    blocks: list[Block] = []
    if findings.facts.hypothesis:
        blocks.append(Paragraph(text=findings.facts.hypothesis))
    blocks.append(_design(findings))
    blocks.extend((_arms(findings), Paragraph(text=COUNTED)))
    blocks.extend(_policies(findings))
    return Section(key="tested", title="What was tested, and on whom", blocks=tuple(blocks))


def _design(findings: Findings) -> Facts:
    plan, facts = findings.plan, findings.facts
    end = plan.looks.planned_end
    items = [
        ("Randomised unit", plan.unit.value),
        ("Clock", "starts at the unit's first eligible assignment"),
        ("Started", day(facts.started_at.astimezone(plan.zone)) if facts.started_at else ""),
        ("Planned end", day(end) if end else "none: the plan has no looks before the end"),
        ("Looks before the end", rule_text(plan)),
        ("Data as of", instant(findings.results.as_of.astimezone(plan.zone))),
        ("Primary metric", plan.primary.label),
        ("Confidence level", level(plan.confidence_level)),
        ("Segments fixed before", ", ".join(plan.segments)),
    ]
    return Facts(items=tuple((term, words) for term, words in items if words))


def _arms(findings: Findings) -> Table:
    counts = {arm.variant: arm for arm in findings.results.arms}
    total = sum(arm.n_eligible for arm in findings.results.arms)
    rows = []
    for variant, weight in findings.plan.weights:
        arm = counts.get(variant)
        numbers = (arm.n_units, arm.n_eligible, arm.n_mature) if arm else (0, 0, 0)
        share = numbers[1] / total if total else None
        rows.append(
            (
                _variant(findings, variant),
                Cell(text=f"{weight / WEIGHT_TOTAL:.1%}", raw=weight / WEIGHT_TOTAL),
                Cell(text=ABSENT if share is None else f"{share:.1%}", raw=share),
                *(Cell(text=count(n), raw=n) for n in numbers),
            )
        )
    labels = ("Intended share", "Actual share", "Units seen", "Eligible", "Mature")
    columns = (Column(label="Variant"), *(Column(label=name, numeric=True) for name in labels))
    return Table(caption="Arms", columns=columns, rows=tuple(rows))


def _variant(findings: Findings, variant: str) -> Cell:
    label = findings.label(variant)
    marks = [variant] if label != variant else []
    if variant == findings.plan.control:
        marks.append("control")
    return Cell(text=label, detail=", ".join(marks))


def _policies(findings: Findings) -> list[Block]:
    policies = {item.key: item.policy for item in findings.facts.variants}
    variants = [key for key in findings.plan.variants if key in policies]
    settings = list(dict.fromkeys(name for key in variants for name in policies[key]))
    if not settings:
        return []
    columns = (
        Column(label="Setting"),
        *(Column(label=findings.label(key)) for key in variants),
    )
    rows = tuple(
        (Cell(text=name), *_setting([policies[key].get(name) for key in variants]))
        for name in settings
    )
    return [Table(caption="Service policies", columns=columns, rows=rows)]


def _setting(values: list[Any]) -> tuple[Cell, ...]:
    words = [_words(value) for value in values]
    differs = len(set(words)) > 1
    return tuple(Cell(text=word, tone=Tone.NOTE if differs else Tone.PLAIN) for word in words)


def _words(value: Any) -> str:  # noqa: ANN401  # a policy is any JSON
    if value is None:
        return ABSENT
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
