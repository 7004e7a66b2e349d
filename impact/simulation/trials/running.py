"""Trial after trial: arms drawn, an effect put in, analysed as a report, counted."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from experiments.design.bounds import check_fewest
from experiments.design.comparisons import diluted
from experiments.plan.document import Metric, Plan
from impact.analysis.checks.registry import split_is_broken
from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.guardrails import judge_guardrail
from impact.analysis.headlines import effect_row, p_value_row
from impact.analysis.standing import standing_of
from impact.simulation.trials.counting import statistics_of
from impact.simulation.trials.effects import with_effect
from impact.simulation.trials.outcomes import Integers, Outcomes
from impact.simulation.trials.tallies import Tally

ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # a plan without a planned end is final on every day
RATIOS = frozenset({"hazard_ratio", "risk_ratio"})
Split = Callable[[int, np.random.Generator], Integers]
Population = Callable[[np.random.Generator], Outcomes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What a policy does: each metric's relative change in the good direction, to those who get it.

    `adherence` is the share of the assigned who do, `delay` the day from which on churn falls.
    """

    changes: dict[str, float] = field(default_factory=dict)
    adherence: float = 1.0
    delay: int = 0


@dataclass(slots=True, kw_only=True)
class Trials:
    """The tallies by metric and variant, and how often the split itself was called broken."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    run: int = 0
    broken_splits: int = 0


NOTHING = Treatment()


def treatment_of(changes: dict[str, float], adherence: float, *, delay: int = 0) -> Treatment:
    """Return a treatment.

    Raises:
        InvalidRequest: an adherence that is not above 0 and at most 1, or a negative delay.
    """
    diluted(1.0, adherence)
    check_fewest("delay", delay, 0)
    return Treatment(changes=changes, adherence=adherence, delay=delay)


def run_trials(  # one argument per thing that varies
    plan: Plan,
    population: Population,
    split: Split,
    *,
    repeats: int,
    rng: np.random.Generator,
    treatment: Treatment = NOTHING,
) -> Iterator[Trials]:
    """Yield the counts so far after each of `repeats` trials; the last are those of all.

    `plan` is a `final_plan`. `population` gives the units of a trial as they are without any
    policy, `split` the place of each unit's variant. The same generator gives the same counts.
    """
    trials = Trials()
    for _ in range(repeats):
        outcomes = population(rng)
        arms = split(outcomes.size, rng)
        treated = treat(plan, outcomes, arms, treatment, rng)
        analysis = evaluate(plan, statistics_of(plan, treated, arms), as_of=ANY_DAY)
        _count(trials, plan, analysis)
        yield trials


def treat(
    plan: Plan, outcomes: Outcomes, arms: Integers, treatment: Treatment, rng: np.random.Generator
) -> Outcomes:
    """Return the outcomes with the policy in every arm but control."""
    if not treatment.changes:
        return outcomes
    adheres = rng.random(outcomes.size) < treatment.adherence
    treated = (arms >= 0) & (arms != plan.variants.index(plan.control)) & adheres
    for key, change in treatment.changes.items():
        outcomes = with_effect(
            plan.metric(key), outcomes, treated, change, rng, delay=treatment.delay
        )
    return outcomes


def _count(trials: Trials, plan: Plan, analysis: Analysis) -> None:
    trials.run += 1
    trials.broken_splits += split_is_broken(analysis.checks)
    for metric in plan.metrics:
        for variant in plan.variants:
            if variant != plan.control:
                tally = trials.tallies.setdefault((metric.key, variant), Tally())
                _count_one(tally, plan, metric, variant, analysis.estimates)


def _count_one(
    tally: Tally, plan: Plan, metric: Metric, variant: str, estimates: tuple[Estimate, ...]
) -> None:
    effect = effect_row(metric, variant, estimates)
    test = p_value_row(metric, variant, estimates)
    tally.standings[standing_of(plan, metric, effect, test)] += 1
    if metric.margin is not None:
        tally.safe = (tally.safe or 0) + judge_guardrail(metric, variant, effect).safe
    if effect is None or effect.value is None:
        tally.reasons.update(Counter([effect.note if effect else "no estimate"]))
        return
    is_ratio = effect.quantity in RATIOS
    tally.estimates.append(math.log(effect.value) if is_ratio else effect.value)
    if effect.std_error is not None:
        tally.variances.append(effect.std_error**2)
