"""Did the variant do harm? Guardrails are judged by their interval against their margin."""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.plan.document import Metric, Plan, Role
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import benefit_interval, effect_row, headline_of
from impact.analysis.wording import effect_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """Whether the variant may ship as far as this guardrail says, and why.

    `harmed` where harm (beyond the margin, if there is one) is shown; neither where it is open.
    `known` where there is an interval to judge by.
    """

    safe: bool
    harmed: bool
    known: bool
    text: str


def judge_guardrails(
    plan: Plan, variant: str, estimates: tuple[Estimate, ...]
) -> Iterator[Guardrail]:
    """Yield the judgement of every guardrail in one variant against control."""
    for metric in plan.metrics:
        if metric.role is Role.GUARDRAIL:
            yield judge_guardrail(metric, variant, effect_row(metric, variant, estimates))


def judge_guardrail(metric: Metric, variant: str, effect: Estimate | None) -> Guardrail:
    """Judge one guardrail by its two-sided interval.

    With a margin it must be shown that the harm is smaller than the margin; without one it must
    not be shown that there is harm.
    """
    interval = None if effect is None else benefit_interval(metric, effect)
    said = f"Guardrail {metric.label}, {variant}"
    if effect is None or interval is None:
        note = effect.note if effect is not None and effect.note else "no interval"
        safe = metric.margin is None
        text = f"{said}: not estimable, {note}."
        return Guardrail(safe=safe, harmed=False, known=False, text=text)
    safe, harmed = _judged(metric, *interval)
    meaning = _meaning(metric, safe=safe, harmed=harmed)
    text = f"{said}: {effect_text(metric, effect)}. {meaning}"
    return Guardrail(safe=safe, harmed=harmed, known=True, text=text)


def _judged(metric: Metric, low: float, high: float) -> tuple[bool, bool]:
    if metric.margin is None:
        return high >= 0, high < 0
    margin = abs(metric.margin - headline_of(metric).no_effect)
    return low > -margin, high < -margin


def _meaning(metric: Metric, *, safe: bool, harmed: bool) -> str:
    if metric.margin is None:
        return "This is harm." if harmed else "No harm shown."
    if safe:
        return f"Any harm is smaller than the margin of {metric.margin:g}."
    if harmed:
        return f"The harm is larger than the margin of {metric.margin:g}."
    return f"Harm beyond the margin of {metric.margin:g} cannot be ruled out."
