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
from impact.simulation.trials.effects import AT_ONCE, Manner, with_effect
from impact.simulation.trials.outcomes import Booleans, Integers, Outcomes
from impact.simulation.trials.splitting import Split
from impact.simulation.trials.tallies import Tally
from impact.simulation.trials.windowing import treated_before

ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # a plan without a planned end is final on every day
RATIOS = frozenset({"hazard_ratio", "risk_ratio"})
Population = Callable[[np.random.Generator], Outcomes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What a policy does: each metric's relative change in the good direction, to those who get it.

    `adherence` is the share of the assigned who do, `carried` the share of a window's contacts
    that still show the variant of the window before.
    """

    changes: dict[str, float] = field(default_factory=dict)
    adherence: float = 1.0
    how: Manner = AT_ONCE
    carried: float = 0.0


@dataclass(slots=True, kw_only=True)
class Trials:
    """The tallies by metric and variant, and how often the split itself was called broken."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    run: int = 0
    broken_splits: int = 0


NOTHING = Treatment()


def treatment_of(
    changes: dict[str, float], adherence: float, *, how: Manner = AT_ONCE, carried: float = 0.0
) -> Treatment:
    """Return a treatment.

    Raises:
        InvalidRequest: an adherence that is not above 0 and at most 1, or a negative delay.

    >>> treatment_of({"visits": 0.1}, adherence=0.7).adherence
    0.7
    >>> treatment_of({"visits": 0.1}, adherence=0.0)
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: adherence = 0: must be above 0 and at most 1
    """
    diluted(1.0, adherence)
    check_fewest("delay", how.delay, 0)
    return Treatment(changes=changes, adherence=adherence, how=how, carried=carried)


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

    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.counting import final_plan
    >>> from impact.simulation.trials.outcomes import Values
    >>> from impact.simulation.trials.splitting import weighted_split
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> def population(rng):
    ...     happened = (rng.random((200, 1)) < 0.5).astype(float)
    ...     values = Values(names=("y",), numbers=happened, counts=np.full(200, True))
    ...     return Outcomes(size=200, values={"solved": values})
    >>> rng = np.random.default_rng(1)
    >>> *_, last = run_trials(
    ...     final_plan(plan), population, weighted_split(plan), repeats=3, rng=rng)
    >>> last.run, last.broken_splits, list(last.tallies)
    (3, 0, [('solved', 'b')])
    """
    trials = Trials()
    for _ in range(repeats):
        outcomes = population(rng)
        arms = split(outcomes, rng)
        treated = _treat(plan, outcomes, arms, treatment, rng)
        analysis = evaluate(plan, statistics_of(plan, treated, arms), as_of=ANY_DAY)
        _count(trials, plan, analysis)
        yield trials


def _treat(
    plan: Plan, outcomes: Outcomes, arms: Integers, treatment: Treatment, rng: np.random.Generator
) -> Outcomes:
    """Return the outcomes with the policy in every arm but control."""
    if not treatment.changes:
        return outcomes
    treated = _reached(plan, outcomes, arms, treatment.carried, rng)
    treated &= rng.random(outcomes.size) < treatment.adherence
    for key, change in treatment.changes.items():
        outcomes = with_effect(
            plan.metric(key),
            outcomes,
            treated,
            change,
            rng,
            how=treatment.how,
        )
    return outcomes


def _reached(
    plan: Plan, outcomes: Outcomes, arms: Integers, carried: float, rng: np.random.Generator
) -> Booleans:
    """Return which units are under another arm than control, or still under the one before."""
    others = np.array([variant != plan.control for variant in plan.variants])
    own = (arms >= 0) & others[arms]
    if not carried or outcomes.slots is None:
        return np.asarray(own)
    follows, treated = treated_before(outcomes.slots, arms, others)
    still = follows & (rng.random(outcomes.size) < carried)
    return np.where(still, treated, own)


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
