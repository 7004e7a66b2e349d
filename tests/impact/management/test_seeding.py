"""What the demo writes is what the product would have written for a real router."""

import io

import numpy as np
import pytest
from pytest_django import Settings

from experiments.exposures import counts
from experiments.registry import analysable, snapshot
from impact.management.demo import people, seeding
from impact.management.demo.blueprints import BLUEPRINTS
from impact.management.demo.notes import Notes
from impact.management.demo.progress import Progress
from impact.management.demo.seeding import World
from impact.simulation.calendar import instant

CUSTOMERS = 2_000
QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"

pytestmark = pytest.mark.django_db


@pytest.fixture
def progress() -> Progress:
    return Progress(io.StringIO())


@pytest.fixture
def world(progress: Progress, settings: Settings) -> World:
    settings.PASSWORD_HASHERS = [QUICK]
    snapshot.forget()
    people.ensure_people(Notes(customers=CUSTOMERS, seed=1), instant(0))
    return seeding.make_world(CUSTOMERS, np.random.default_rng(5), progress)


def test_every_experiment_runs_since_its_day_and_bears_its_truth(world: World) -> None:
    for blueprint in BLUEPRINTS:
        experiment = analysable(blueprint.key)

        assert experiment.status == "running"
        assert experiment.simulated
        assert experiment.started_at == instant(blueprint.trial.first_day)
        assert experiment.truth["retention_difference"] == (
            world.truths[blueprint.key].retention_difference
        )


def test_exposures_are_written_once_however_often(world: World, progress: Progress) -> None:
    seeding.record_exposures(world, progress)
    before = {blueprint.key: counts(blueprint.key) for blueprint in BLUEPRINTS}

    seeding.record_exposures(world, progress)

    assert {blueprint.key: counts(blueprint.key) for blueprint in BLUEPRINTS} == before


def test_a_router_that_asks_keeps_customers_in_their_arm(world: World, progress: Progress) -> None:
    seeding.record_exposures(world, progress)

    care = {count.variant: count for count in counts("care_over_clock")}
    whisper = {count.variant: count for count in counts("whisper_greeting")}
    asked = world.truths["care_over_clock"].customers
    assert sum(count.units for count in care.values()) == asked
    assert sum(count.units for count in whisper.values()) > (
        world.truths["whisper_greeting"].customers
    )


def test_agents_do_not_always_comply_and_machines_do(world: World, progress: Progress) -> None:
    seeding.record_exposures(world, progress)

    care = {count.variant: count for count in counts("care_over_clock")}
    callback = counts("callback_offer")
    assert 0.6 < care["take_the_time"].served / care["take_the_time"].rows < 0.95
    assert all(count.served == count.rows for count in callback)


def test_the_same_seed_defines_the_same_arms(world: World, progress: Progress) -> None:
    again = seeding.make_world(CUSTOMERS, np.random.default_rng(5), progress)

    for blueprint in BLUEPRINTS:
        np.testing.assert_array_equal(again.arms[blueprint.key], world.arms[blueprint.key])
    np.testing.assert_array_equal(again.outcome.churn_day, world.outcome.churn_day)
