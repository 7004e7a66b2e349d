"""What the evidence allows: ship, do not ship, keep running, or no answer at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from experiments.plan.document import Plan
from impact.analysis.checks.registry import split_is_broken
from impact.analysis.checks.sample_ratio import NAME as SAMPLE_RATIO
from impact.analysis.estimates import Check, Decision, Estimate, Verdict
from impact.analysis.guardrails import Guardrail, judge_guardrails
from impact.analysis.standing import Standing, judge_primary

BROKEN_SPLIT = (
    "The split between the arms is broken, so that their difference cannot be read as an effect "
    "of the policy. Find the cause and start again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one variant against control."""

    verdict: Verdict
    reasons: tuple[str, ...]


def decide(
    plan: Plan, estimates: tuple[Estimate, ...], checks: tuple[Check, ...], *, look: int | None
) -> Decision:
    """Return the verdict and its reasons.

    A broken split identifies nothing. Before the planned end nothing is decided. Then a variant
    ships when the primary metric is better (its interval excludes no effect, and so does the
    test adjusted within its family) and every guardrail with a margin is shown to stay within it;
    anything less does not ship.
    """
    if split_is_broken(checks):
        found = (check.message for check in checks if check.name == SAMPLE_RATIO)
        return Decision(verdict=Verdict.NOT_IDENTIFIED, reasons=(BROKEN_SPLIT, *found))
    variants = [variant for variant in plan.variants if variant != plan.control]
    if look is not None:
        return _interim(plan, variants, estimates)
    return _overall([_judge(plan, variant, estimates) for variant in variants])


def _interim(plan: Plan, variants: list[str], estimates: tuple[Estimate, ...]) -> Decision:
    so_far = (judge_primary(plan, variant, estimates).interim_text for variant in variants)
    waiting = f"The planned end is {plan.looks.planned_end}: until then nothing is decided."
    return Decision(verdict=Verdict.KEEP_RUNNING, reasons=(waiting, *so_far))


def _overall(judgements: list[Judgement]) -> Decision:
    reasons = tuple(reason for judgement in judgements for reason in judgement.reasons)
    verdicts = [judgement.verdict for judgement in judgements]
    for verdict in (Verdict.SHIP, Verdict.DO_NOT_SHIP):
        if verdict in verdicts:
            return Decision(verdict=verdict, reasons=reasons)
    return Decision(verdict=Verdict.NOT_IDENTIFIED, reasons=reasons)


def _judge(plan: Plan, variant: str, estimates: tuple[Estimate, ...]) -> Judgement:
    primary = judge_primary(plan, variant, estimates)
    guardrails = tuple(judge_guardrails(plan, variant, estimates))
    return Judgement(
        verdict=_verdict(primary.standing, guardrails),
        reasons=(primary.text, *_texts(guardrails)),
    )


def _verdict(primary: Standing, guardrails: Iterable[Guardrail]) -> Verdict:
    if primary is Standing.UNKNOWN:
        return Verdict.NOT_IDENTIFIED
    safe = all(guardrail.safe for guardrail in guardrails)
    return Verdict.SHIP if primary is Standing.BETTER and safe else Verdict.DO_NOT_SHIP


def _texts(guardrails: Iterable[Guardrail]) -> tuple[str, ...]:
    return tuple(guardrail.text for guardrail in guardrails)
