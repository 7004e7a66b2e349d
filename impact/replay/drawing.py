"""Who is in which arm, by the hash that a running experiment uses, with a salt of its own."""

from base64 import urlsafe_b64encode

import numpy as np
from numpy.typing import NDArray

from experiments.assignment.batch import assign_many
from experiments.assignment.compiled import compile_experiment
from experiments.assignment.definition import ExperimentDefinition, VariantDefinition
from experiments.assignment.schedule import Schedule
from experiments.assignment.slots import block_counts, draw, slots
from experiments.plan.document import Plan
from impact.replay.history import History
from impact.simulation.trials.outcomes import Outcomes
from impact.simulation.trials.splitting import Split

SALT_BYTES = 16


def split_of(history: History) -> Split:
    """Return how a history is split: its units by their hash, or the slots of a switchback."""
    if history.schedule is None:
        return hashed_split(history.plan, history.unit_ids)
    return _scheduled_split(history.plan, history.schedule)


def _scheduled_split(plan: Plan, schedule: Schedule) -> Split:
    """Return how the slots of a schedule are drawn, and with them the contacts in each.

    Raises:
        InvalidDefinition: a weight is no whole number of the slots of a block.
    """
    weights = [(place, weight) for place, (_, weight) in enumerate(plan.weights)]
    ids = [slot.id for slot in slots(schedule)]
    block_counts(schedule, weights)

    def split(outcomes: Outcomes, rng: np.random.Generator) -> NDArray[np.int64]:
        drawn = draw(schedule, _salt(rng), weights)
        arms = np.fromiter((drawn[slot] for slot in ids), dtype=np.int64, count=len(ids))
        return arms if outcomes.slots is None else arms[outcomes.slots.of_unit]

    return split


def hashed_split(plan: Plan, unit_ids: tuple[str, ...]) -> Split:
    """Return how the units of a history are split: by a fresh salt each time.

    Salts come from the generator, so that the same seed gives the same splits.

    >>> from experiments.plan.document import Unit
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 7500), ("b", 2500)))
    >>> split = hashed_split(plan, tuple(f"C{number:04}" for number in range(2000)))
    >>> arms = split(Outcomes(size=2000), np.random.default_rng(1))
    >>> round(float(arms.mean()), 2)
    0.25
    >>> again = split(Outcomes(size=2000), np.random.default_rng(1))
    >>> bool((arms == again).all())
    True
    """
    places = {variant: place for place, variant in enumerate(plan.variants)}

    def split(outcomes: Outcomes, rng: np.random.Generator) -> NDArray[np.int64]:  # noqa: ARG001
        compiled = compile_experiment(_definition_of(plan, _salt(rng)))
        drawn = assign_many(compiled, unit_ids).outcomes
        found = (places[outcome.assigned_variant] for outcome in drawn)
        return np.fromiter(found, dtype=np.int64, count=len(unit_ids))

    return split


def _definition_of(plan: Plan, salt: str) -> ExperimentDefinition:
    """Return the experiment of a plan, with everybody in it."""
    return ExperimentDefinition(
        key=plan.key,
        version=1,
        salt=salt,
        unit=plan.unit.value,
        variants=tuple(
            VariantDefinition(key=key, weight=weight, is_control=key == plan.control)
            for key, weight in plan.weights
        ),
    )


def _salt(rng: np.random.Generator) -> str:
    return urlsafe_b64encode(rng.bytes(SALT_BYTES)).rstrip(b"=").decode()
