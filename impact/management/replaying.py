"""A replay over files or the lake: the history joined once, drawn many times, written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from experiments.design.findings import setting_of
from experiments.design.units import not_identified
from experiments.errors import InvalidRequest, Violation
from experiments.plan.canonical import plan_sha256
from experiments.plan.document import Plan
from impact.engine import Engine
from impact.join.inputs import Inputs
from impact.management.countdown import Countdown
from impact.management.demo.progress import Output
from impact.management.trial_results import (
    Outcome,
    metrics_text,
    profile_rows,
    profile_text,
    results,
)
from impact.replay.drawing import split_of
from impact.replay.history import History, Span, history_of
from impact.simulation.trials.profile import profiles
from impact.simulation.trials.running import Treatment, Trials, run_trials

AA, AB = "A/A", "A/B"
FOUND = (
    "found: the share of draws whose report claims an effect (with an effect put in: in its "
    "direction), with an exact interval that holds for all rows together. error: the spread of "
    "the estimates over the standard error that reports state, 1 where it is right. safe: the "
    "share that rules out harm of a metric's margin."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to replay: so many draws from a seed, with a policy or without."""

    repeats: int
    seed: int
    treatment: Treatment


def replay(
    engine: Engine, inputs: Inputs, plan: Plan, span: Span, question: Question, out: Output
) -> dict[str, Any]:
    """Return the document of a replay: rates, the real spread of each metric, and the span.

    Raises:
        ImpactError, InvalidRequest: the data or the question cannot be replayed.
    """
    out.write("Joining the history once ...\n")
    out.flush()
    history = history_of(engine, inputs, plan, span)
    _check_effects(plan, history, question.treatment)
    trials = _run(history, question, out)
    outcome = Outcome(
        plan=history.plan,
        trials=trials,
        treatment=question.treatment,
        units=history.outcomes.size,
    )
    return {
        "kind": AB if question.treatment.changes else AA,
        "experiment": plan.key,
        "unit": plan.unit.value,
        "plan_sha256": plan_sha256(plan),
        "seed": question.seed,
        "since": span.since.isoformat() if span.since else None,
        "until": span.until.isoformat(),
        "before": span.before.isoformat(),
        **results(outcome),
        "profile": profile_rows(profiles(history.plan, history.outcomes)),
    }


def default_until(plan: Plan, before: datetime) -> datetime:
    """Return the last moment at which a unit can join and have all windows over by the end."""
    windows = [metric.window for metric in plan.metrics if metric.window is not None]
    return before - timedelta(days=max(windows, default=0))


def replay_text(document: Mapping[str, Any]) -> str:
    """Return a replay as text of aligned columns."""
    title = f"{document['kind']} replay of {document['experiment']}"
    parts = [
        f"{title}\n{'=' * len(title)}",
        (
            f"{document['draws']:,} draws of {document['units']:,} {document['unit']}s, who "
            f"joined before {document['until'][:10]}; nothing from {document['before'][:10]} on is "
            f"read. "
            f"Seed {document['seed']}."
        ),
        metrics_text(dict(document)) + f"\n\n{FOUND}",
        f"The split was called broken in {document['split']['value']:.2%} of the draws (stated: "
        f"{document['split']['stated']:.1%}).",
        "What this history says of each metric, for sizing (power --history):\n"
        + profile_text(document["profile"]),
    ]
    return "\n\n".join(parts) + "\n"


def _run(history: History, question: Question, out: Output) -> Trials:
    countdown = Countdown(out, total=question.repeats, what="draws")
    trials = Trials()
    counts = run_trials(
        history.plan,
        lambda _: history.outcomes,
        split_of(history),
        repeats=question.repeats,
        rng=np.random.default_rng(question.seed),
        treatment=question.treatment,
    )
    for trials in counts:  # the last counts are those of all draws
        countdown.tell(trials.run)
    return trials


def _check_effects(plan: Plan, history: History, treatment: Treatment) -> None:
    """Refuse power for what no number of units would show."""
    unseen = not_identified(setting_of(plan))
    for key in treatment.changes:
        reason = history.outcomes.not_estimable.get(key)
        if key in unseen:
            reason = f"is not identified: {unseen[key].reason}"
        if reason is not None:
            raise InvalidRequest(Violation(field="effect", value=key, rule=reason))
