"""Did the variant do harm? Guardrails are judged by their interval against their margin."""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.plan.document import Metric, Plan, Role
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import benefit_interval, effect_row, headline_of
from impact.analysis.wording import effect_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """Whether the variant may ship as far as this guardrail says, and why."""

    safe: bool
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
        return Guardrail(safe=metric.margin is None, text=f"{said}: not estimable, {note}.")
    safe, meaning = _judged(metric, *interval)
    return Guardrail(safe=safe, text=f"{said}: {effect_text(metric, effect)}. {meaning}")


def _judged(metric: Metric, low: float, high: float) -> tuple[bool, str]:
    if metric.margin is None:
        harmed = high < 0
        return not harmed, "This is harm." if harmed else "No harm shown."
    margin = abs(metric.margin - headline_of(metric).no_effect)
    if low > -margin:
        return True, f"Any harm is smaller than the margin of {metric.margin:g}."
    if high < -margin:
        return False, f"The harm is larger than the margin of {metric.margin:g}."
    return False, f"Harm beyond the margin of {metric.margin:g} cannot be ruled out."
