"""Did the variant do harm? Guardrails are judged by their interval against their margin."""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.plan.document import Metric, Plan, Role
from impact.analysis.benefits import benefit_interval
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row, headline_of
from impact.analysis.sufficient import ALL
from impact.analysis.wording import effect_text

NO_VARIANCE = "zero variance"  # in the note of an effect: each arm has one value for all units


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """Whether the variant may ship as far as this guardrail says, and why.

    `harmed` where harm (beyond the margin, if there is one) is shown; neither where it is open.
    `known` where there is an interval to judge by, and `unseen` where nothing says whether there
    is harm and the plan names no margin that would have to be shown.
    """

    safe: bool
    harmed: bool
    known: bool
    text: str
    unseen: bool = False


def judge_guardrails(
    plan: Plan, variant: str, estimates: tuple[Estimate, ...]
) -> Iterator[Guardrail]:
    """Yield the judgement of every guardrail in one variant against control.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30},
    ... {key: csat, role: guardrail, kind: mean, source: surveys.csat, window: 9, margin: 0.2}]}''')
    >>> [(found.safe, found.text) for found in judge_guardrails(plan, "b", ())]
    [(False, 'Guardrail Csat, b: not estimable, no interval.')]
    """
    for metric in plan.metrics:
        if metric.role is Role.GUARDRAIL:
            effect = effect_row(metric, variant, estimates)
            alike = _have_one_value(metric, effect, estimates)
            yield judge_guardrail(metric, variant, effect, alike=alike)


def judge_guardrail(
    metric: Metric, variant: str, effect: Estimate | None, *, alike: bool = False
) -> Guardrail:
    """Judge one guardrail by its two-sided interval.

    With a margin it must be shown that the harm is smaller than the margin; without one it must
    not be shown that there is harm. Where there is no interval nothing is shown either way, unless
    nobody in either arm had the outcome, or all units of both have one value (`alike`): that is
    no harm.

    >>> from experiments.plan.document import Kind, Source, Table
    >>> metric = Metric(key="csat", role=Role.GUARDRAIL, kind=Kind.MEAN, margin=0.2,
    ...     source=Source(table=Table.SURVEYS, column="csat"))
    >>> row = Estimate(metric="csat", kind="mean", method="welch", quantity="mean_difference",
    ...     value=-0.1, ci_low=-0.25, ci_high=0.05, confidence_level=0.95)
    >>> found = judge_guardrail(metric, "b", row)
    >>> print(found.safe, found.harmed, found.text)  # doctest: +NORMALIZE_WHITESPACE
    False False Guardrail Csat, b: -0.10 (95% interval -0.25 to +0.05). Harm beyond the margin
    of 0.2 cannot be ruled out.
    """
    interval = None if effect is None else benefit_interval(metric, effect)
    said = f"Guardrail {metric.label}, {variant}"
    if effect is None or interval is None:
        note = effect.note if effect is not None and effect.note else "no interval"
        same = alike or _nobody_had_it(effect)
        free = metric.margin is None
        meaning = (" No harm shown." if same else " Harm cannot be seen.") if free else ""
        return Guardrail(
            safe=free and same,
            harmed=False,
            known=False,
            text=f"{said}: not estimable, {note}.{meaning}",
            unseen=free and not same,
        )
    safe, harmed = _judged(metric, *interval)
    meaning = _meaning(metric, safe=safe, harmed=harmed)
    text = f"{said}: {effect_text(metric, effect)}. {meaning}"
    return Guardrail(safe=safe, harmed=harmed, known=True, text=text)


def _nobody_had_it(effect: Estimate | None) -> bool:
    if effect is None or not effect.n_variant or not effect.n_baseline:
        return False
    return effect.events_variant == 0 and effect.events_baseline == 0


def _have_one_value(
    metric: Metric, effect: Estimate | None, estimates: tuple[Estimate, ...]
) -> bool:
    """Whether all units of both arms have the same value, so that there is no spread to test by."""
    if effect is None or NO_VARIANCE not in effect.note:
        return False
    arms = (effect.variant, effect.baseline)
    levels = [
        row.value
        for row in estimates
        if (row.metric, row.quantity, row.segment) == (metric.key, metric.kind.value, ALL)
        and row.variant in arms
    ]
    return bool(levels) and None not in levels and len(set(levels)) == 1


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
