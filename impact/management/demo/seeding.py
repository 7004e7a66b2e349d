"""The simulated year through the product's doors: define and start, ask, report what happened."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from experiments import definitions, registry
from experiments.assignment.compiled import CompiledExperiment
from experiments.exposures import ExposureRow, record_many
from impact.management.demo import asking, sending
from impact.management.demo.blueprints import BLUEPRINTS, Blueprint
from impact.management.demo.people import LEADER, person
from impact.management.demo.progress import Progress
from impact.management.demo.sending import Parcel
from impact.records.kinds import RecordKind
from impact.simulation import records
from impact.simulation.billing import draw_transactions
from impact.simulation.calendar import instant
from impact.simulation.centre import (
    Centre,
    Outcome,
    by_contact,
    draw_centre,
    run,
    uniform,
    with_arm,
)
from impact.simulation.handling import Arms
from impact.simulation.notices import draw_notices
from impact.simulation.policies import TRIALS, WHISPER_GREETING
from impact.simulation.surveys import draw_surveys
from impact.simulation.truth import Truth, truth

BROKEN_NOTICES = (
    {"customer_id": "C0000001", "churned_at": "2026-03-14", "reason": "moved abroad"},
    {"customer_id": "C0000002", "churned_at": "14.03.2026"},
    {"churned_at": "2026-03-14T21:00:00Z"},
)
DAYS_BEFORE_START = {"create": 21, "submit": 7}
QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """The centre, who was assigned what, and what came of it."""

    centre: Centre
    arms: Arms
    outcome: Outcome
    compiled: dict[str, CompiledExperiment]
    truths: dict[str, Truth]


def make_world(customers: int, rng: np.random.Generator, progress: Progress) -> World:
    """Draw the centre and let the year happen, each experiment started on its day."""
    people, router = rng.spawn(2)
    with progress.step(f"Drawing {customers:,} simulated customers and their year"):
        centre = draw_centre(customers, people)
    arms: Arms = {trial.key: uniform(centre, treated=False) for trial in TRIALS}
    compiled, truths = {}, {}
    for blueprint in BLUEPRINTS:
        with progress.step(f"{blueprint.key}: running every customer under both arms, starting"):
            key, trial = blueprint.key, blueprint.trial
            truths[key] = truth(centre, trial, arms)
            compiled[key] = start(blueprint, truths[key])
            arms = with_arm(arms, trial, _arm(blueprint, compiled[key], centre, router))
    return World(
        centre=centre,
        arms=arms,
        outcome=run(centre, arms),
        compiled=compiled,
        truths=truths,
    )


def start(blueprint: Blueprint, truth: Truth) -> CompiledExperiment:
    """Define and start the experiment on its day, unless it was; return it as it is served."""
    day = blueprint.trial.first_day
    running = registry.current(instant(day))
    if blueprint.key not in running.experiments:
        created, submitted = (instant(day - days) for days in DAYS_BEFORE_START.values())
        draft = blueprint.draft(truth)
        definitions.create(draft, actor=LEADER, now=created, owner=person(LEADER))
        definitions.submit(blueprint.key, actor=LEADER, now=submitted)
        definitions.start(blueprint.key, actor=LEADER, now=instant(day))
        registry.snapshot.forget()
        running = registry.current(instant(day))
    return running.experiments[blueprint.key]


def record_exposures(world: World, progress: Progress) -> None:
    """Write what the router was told, or drew, at every contact."""
    for blueprint in BLUEPRINTS:
        with progress.step(f"{blueprint.key}: recording exposures"):
            record_many(_exposures(world, blueprint))


def parcels(world: World, rng: np.random.Generator) -> Iterator[Parcel]:
    """Yield what the systems of the centre send about the year."""
    repairs, bills, notices, surveys = rng.spawn(4)
    centre, outcome = world.centre, world.outcome
    contacts = records.contact_columns(centre, outcome)
    early = records.first_versions(contacts, repairs)
    transactions = records.revenue_columns(draw_transactions(centre, outcome, bills))
    answers = records.survey_columns(centre, outcome, draw_surveys(outcome, surveys))
    left = records.churn_columns(draw_notices(outcome, notices))
    yield sending.as_csv(RecordKind.CUSTOMERS, records.customer_columns(centre), "customers.csv")
    yield sending.as_json(RecordKind.CONTACTS, early, "contacts-first-versions")
    yield from sending.in_parts(RecordKind.CONTACTS, contacts, "arrived_at", QUARTERS)
    yield sending.as_json(RecordKind.CHURN, left, "churn", broken=BROKEN_NOTICES)
    yield from sending.in_parts(RecordKind.REVENUE, transactions, "occurred_at", QUARTERS)
    yield sending.as_csv(RecordKind.SURVEYS, answers, "surveys.csv")


def _arm(
    blueprint: Blueprint, compiled: CompiledExperiment, centre: Centre, rng: np.random.Generator
) -> asking.Booleans:
    if blueprint.trial is WHISPER_GREETING:
        return by_contact(centre, asking.SELF_DRAWN_SHARE, rng)
    return asking.arms_of(compiled, centre, blueprint.trial)


def _exposures(world: World, blueprint: Blueprint) -> Iterator[ExposureRow]:
    compiled, trial = world.compiled[blueprint.key], blueprint.trial
    if trial is WHISPER_GREETING:
        arm = world.arms[trial.key]
        return asking.self_drawn_rows(compiled, world.centre, world.outcome, trial, arm)
    return asking.asked_rows(compiled, world.centre, world.outcome, trial)
