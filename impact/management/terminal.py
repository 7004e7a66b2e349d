"""An analysis for the terminal: the answer, may we trust it, and the rows by metric."""

from collections.abc import Iterator, Sequence

from experiments.plan.document import Plan
from impact.analysis.answer import answer
from impact.analysis.checks.sample_ratio import KIND as CHECK
from impact.analysis.estimates import Analysis, CheckStatus, Estimate
from impact.analysis.sufficient import SufficientStatistics
from impact.reports.formats import count, level, p_value
from impact.reports.names import name_of
from impact.reports.scales import at_text, interval_text, value_text

MARKS = {CheckStatus.PASS: "ok", CheckStatus.WARN: "look", CheckStatus.FAIL: "FAIL"}
HEADER = ("", "variant", "at", "estimate", "interval", "p")
NUMBERS = frozenset({3, 4, 5})
GAP = "  "


def terminal_text(plan: Plan, statistics: SufficientStatistics, analysis: Analysis) -> str:
    """Return the analysis as text of aligned columns."""
    parts = [
        _title(plan),
        f"{answer(plan, analysis)}\n{_decision(analysis)}",
        _heading("Units") + "\n" + _arms(statistics),
        _heading("May we trust it?") + "\n" + _checks(analysis),
        *_metrics(plan, analysis),
    ]
    return "\n\n".join(parts) + "\n"


def _title(plan: Plan) -> str:
    title = plan.title or plan.key
    return f"{title}\n{'=' * len(title)}"


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _decision(analysis: Analysis) -> str:
    verdict = analysis.decision.verdict.value.replace("_", " ")
    reasons = "\n".join(f"  - {reason}" for reason in analysis.decision.reasons)
    return f"Verdict: {verdict}\n{reasons}".rstrip()


def _arms(statistics: SufficientStatistics) -> str:
    rows = [("variant", "seen", "eligible", "mature")]
    rows += [
        (arm.variant, count(arm.n_units), count(arm.n_eligible), count(arm.n_mature))
        for arm in statistics.arms
    ]
    return aligned(rows, frozenset({1, 2, 3}))


def _checks(analysis: Analysis) -> str:
    rows = [
        (MARKS[check.status], check.name.replace("_", " "), check.message)
        for check in analysis.checks
    ]
    return aligned(rows) if rows else "no check could be made"


def _metrics(plan: Plan, analysis: Analysis) -> Iterator[str]:
    """One block per metric, in the plan's order, then what belongs to none: the money."""
    titles = {metric.key: f"{metric.label} ({metric.role.value})" for metric in plan.metrics}
    names = dict.fromkeys([*titles, *(row.metric for row in analysis.estimates)])
    for name in names:
        rows = [row for row in analysis.estimates if row.metric == name and row.kind != CHECK]
        if rows:
            title = titles.get(name, name.replace("_", " ").capitalize())
            yield f"{_heading(title)}\n{_estimates(plan, rows)}"


def _estimates(plan: Plan, rows: Sequence[Estimate]) -> str:
    confidence = next((row.confidence_level for row in rows if row.confidence_level), None)
    header = (*HEADER[:4], level(confidence) if confidence else HEADER[4], HEADER[5])
    lines = [header, *(_cells(plan, row) for row in rows)]
    texts = aligned(lines, NUMBERS).splitlines()
    notes = ["", *(f"{GAP * 2}{row.note}" if row.note else "" for row in rows)]
    return "\n".join(
        line for text, note in zip(texts, notes, strict=True) for line in (text, note) if line
    )


def _cells(plan: Plan, row: Estimate) -> tuple[str, ...]:
    about = [name_of(row.quantity), row.term, "" if row.segment == "all" else row.segment]
    sides = f"{row.variant} v {row.baseline}" if row.baseline else row.variant
    shown = value_text(row) if row.value is not None or row.statistic is None else _test(row)
    p = row.p_value_adjusted if row.p_value_adjusted is not None else row.p_value
    return (
        ", ".join(filter(None, about)),
        sides,
        at_text(row.at, plan.time_unit),
        shown,
        interval_text(row),
        "" if p is None else p_value(p),
    )


def _test(row: Estimate) -> str:
    degrees = f" on {row.df:g} df" if row.df is not None else ""
    return f"{row.statistic:.3f}{degrees}"


def aligned(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Return rows as columns of equal width.

    >>> print(aligned([("arm", "n"), ("control", "12")], frozenset({1})))
    arm       n
    control  12
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        GAP.join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
