"""What the evidence allows: ship, do not ship, keep running, or no answer at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from experiments.plan.document import Plan
from impact.analysis.checks.registry import split_is_broken
from impact.analysis.checks.sample_ratio import NAME as SAMPLE_RATIO
from impact.analysis.estimates import Check, Decision, Estimate, Verdict
from impact.analysis.guardrails import Guardrail, judge_guardrails
from impact.analysis.looks.wording import look_text
from impact.analysis.standing import Finding, Standing, judge_successes

BROKEN_SPLIT = (
    "The split between the arms is broken, so that their difference cannot be read as an effect "
    "of the policy. Find the cause and start again."
)

MAY_SHIP = "May ship: "  # how the first reason begins where one of several variants ships


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one variant against control, and what it would be if it ran on.

    `blind` where it would ship but for a guardrail that nobody can see.
    """

    variant: str
    blind: bool
    verdict: Verdict
    early: Verdict
    reasons: tuple[str, ...]
    so_far: str


def decide(
    plan: Plan,
    estimates: tuple[Estimate, ...],
    checks: tuple[Check, ...],
    *,
    look: int | None,
    today: date | None = None,
) -> Decision:
    """Return the verdict and its reasons. `today` tells a look from the days between two.

    A broken split identifies nothing. A variant ships when a success metric is better (its
    interval excludes no effect, and so does the test adjusted within its family), none is worse,
    and every guardrail with a margin is shown to stay within it; anything less does not ship. What
    would ship but for a guardrail without a margin that nobody can see has no answer.
    Before the planned end this takes a rule in the plan: then a crossed bound may stop the
    experiment, and as long as none is crossed it keeps running.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> row = Estimate(metric="solved", kind="proportion", method="newcombe", variant="b",
    ...     baseline="a", quantity="proportion_difference", value=0.031, ci_low=0.012, ci_high=0.05,
    ...     confidence_level=0.95)
    >>> found = decide(plan, (row,), (), look=None)
    >>> print(found.verdict.value, *found.reasons)  # doctest: +NORMALIZE_WHITESPACE
    ship Solved, b against a: proportion difference +3.1 percentage points (95% interval +1.2
    to +5.0). This is better than no effect.
    """
    if split_is_broken(checks):
        found = (check.message for check in checks if check.name == SAMPLE_RATIO)
        return Decision(verdict=Verdict.NOT_IDENTIFIED, reasons=(BROKEN_SPLIT, *found))
    variants = (variant for variant in plan.variants if variant != plan.control)
    judgements = [_judge(plan, variant, estimates) for variant in variants]
    if look is None:
        return _overall(judgements)
    if plan.looks.rule is None:
        waiting = f"The planned end is {plan.looks.planned_end}: until then nothing is decided."
        so_far = (judgement.so_far for judgement in judgements)
        return Decision(verdict=Verdict.KEEP_RUNNING, reasons=(waiting, *so_far))
    return _early(plan, judgements, look, today)


def _early(plan: Plan, judgements: list[Judgement], look: int, today: date | None) -> Decision:
    """One variant that may ship ends the experiment; harm ends it when no variant is left."""
    verdicts = {judgement.early for judgement in judgements}
    verdict = Verdict.KEEP_RUNNING
    if Verdict.SHIP in verdicts:
        verdict = Verdict.SHIP
    elif verdicts == {Verdict.DO_NOT_SHIP}:
        verdict = Verdict.DO_NOT_SHIP
    reasons = (reason for judgement in judgements for reason in judgement.reasons)
    stopped = verdict is not Verdict.KEEP_RUNNING
    look_said = look_text(plan, look, stopped=stopped, today=today)
    named = _named({judgement.variant: judgement.early for judgement in judgements})
    return Decision(verdict=verdict, reasons=(*named, look_said, *reasons))


def _named(verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
    """Say which of several variants may ship; nothing where none may."""
    chosen = [variant for variant, verdict in verdicts.items() if verdict is Verdict.SHIP]
    if len(verdicts) == 1 or not chosen:
        return ()
    others = ", ".join(variant for variant in verdicts if variant not in chosen)
    return (f"{MAY_SHIP}{', '.join(chosen)}.{f' Not so: {others}.' if others else ''}",)


def _overall(judgements: list[Judgement]) -> Decision:
    """One variant that may ship is enough; one that is blind leaves the answer open."""
    verdicts = [judgement.verdict for judgement in judgements]
    named = _named({judgement.variant: judgement.verdict for judgement in judgements})
    reasons = (*named, *(reason for judgement in judgements for reason in judgement.reasons))
    verdict = Verdict.NOT_IDENTIFIED
    if Verdict.SHIP in verdicts:
        verdict = Verdict.SHIP
    elif Verdict.DO_NOT_SHIP in verdicts and not any(judgement.blind for judgement in judgements):
        verdict = Verdict.DO_NOT_SHIP
    return Decision(verdict=verdict, reasons=reasons)


def _judge(plan: Plan, variant: str, estimates: tuple[Estimate, ...]) -> Judgement:
    successes = judge_successes(plan, variant, estimates)
    guardrails = tuple(judge_guardrails(plan, variant, estimates))
    verdict = _verdict(successes, guardrails)
    better = any(found.standing is Standing.BETTER for found in successes)
    return Judgement(
        variant=variant,
        blind=better and verdict is Verdict.NOT_IDENTIFIED,
        verdict=verdict,
        early=_verdict_so_far(successes, guardrails),
        reasons=(*(found.text for found in successes), *(found.text for found in guardrails)),
        so_far=successes[0].interim_text,
    )


def _verdict(successes: tuple[Finding, ...], guardrails: Iterable[Guardrail]) -> Verdict:
    """The primary metric is the first of the successes: without it there is no answer."""
    standings = [found.standing for found in successes]
    unsafe = [guardrail for guardrail in guardrails if not guardrail.safe]
    if Standing.WORSE in standings:
        return Verdict.DO_NOT_SHIP
    if Standing.BETTER in standings:
        return _guarded(unsafe)
    if standings[0] is Standing.UNKNOWN:
        return Verdict.NOT_IDENTIFIED
    return Verdict.DO_NOT_SHIP


def _guarded(unsafe: list[Guardrail]) -> Verdict:
    """What would ship does not for a guardrail that is not safe; one unseen leaves no answer."""
    if not unsafe:
        return Verdict.SHIP
    unseen = all(guardrail.unseen for guardrail in unsafe)
    return Verdict.NOT_IDENTIFIED if unseen else Verdict.DO_NOT_SHIP


def _verdict_so_far(successes: tuple[Finding, ...], guardrails: tuple[Guardrail, ...]) -> Verdict:
    """What is open may still be answered: only shown harm and shown success end the waiting."""
    worse = any(found.standing is Standing.WORSE for found in successes)
    if worse or any(guardrail.harmed for guardrail in guardrails):
        return Verdict.DO_NOT_SHIP
    known = all(guardrail.known for guardrail in guardrails)
    if known and _verdict(successes, guardrails) is Verdict.SHIP:
        return Verdict.SHIP
    return Verdict.KEEP_RUNNING
