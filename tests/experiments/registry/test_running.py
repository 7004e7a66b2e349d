"""The running set: compiled once, followed by revision, kept while the database is away."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from pytest_django import DjangoAssertNumQueries

from experiments import definitions, registry
from experiments.models import Experiment
from tests.experiments.designs import NOW, draft, running

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_running_and_paused_experiments_are_served_and_no_others() -> None:
    running("first")
    running("second")
    definitions.pause("second", actor="leader", now=NOW)
    running("third")
    definitions.conclude("third", actor="leader", now=NOW)
    definitions.create(draft("fourth"), actor="leader", now=NOW)

    found = registry.current(NOW)

    assert list(found.experiments) == ["first", "second"]
    assert found.experiments["second"].definition.paused
    assert found.policy("first", "take_time")["target_seconds"] == 540


def test_a_change_is_seen_within_a_second_and_the_same_set_kept_without_one() -> None:
    running()
    before = registry.current(NOW)
    assert registry.current(NOW + SECOND) is before

    definitions.kill("longer_calls", actor="leader", now=NOW)

    after = registry.current(NOW + 2 * SECOND)
    assert after.number == before.number + 1
    assert after.experiments["longer_calls"].definition.killed


def test_within_a_second_nothing_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    running()
    registry.current(NOW)

    with django_assert_num_queries(0):
        registry.current(NOW + SECOND / 2)
    with django_assert_num_queries(1):
        registry.current(NOW + SECOND)


def test_layers_forced_units_and_targeting_are_compiled() -> None:
    definitions.create_layer("service", salt="service_layer_salt")
    running(
        layer="service",
        layer_start=100,
        targeting={"attribute": "segment", "equals": "gold"},
    )
    definitions.force("longer_calls", unit_id="7", variant="take_time", actor="qa", now=NOW)

    definition = registry.current(NOW).experiments["longer_calls"].definition

    assert definition.layer is not None
    assert (definition.layer.salt, definition.layer.start) == ("service_layer_salt", 100)
    assert definition.forced == {"7": "take_time"}
    assert definition.targeting == {"attribute": "segment", "equals": "gold"}


def test_the_last_set_is_kept_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running()
    before = registry.current(NOW)

    def away(*_arguments: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", away)

    assert registry.current(NOW + 60 * SECOND) is before


def test_an_experiment_that_cannot_be_compiled_hides_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    running("first")
    running("second")
    Experiment.objects.filter(key="first").update(targeting={"attribute": 7})

    found = registry.current(NOW)

    assert list(found.experiments) == ["second"]
    assert "left out of the running set: first" in caplog.text
