"""The life of an experiment: locked at the start, and of two starts one wins."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from experiments import definitions
from experiments.errors import InvalidDefinition, InvalidPlan, MoveNotAllowed
from experiments.models import Change, Experiment
from experiments.plan.canonical import plan_sha256
from experiments.plan.reading import read_plan
from tests.experiments.concurrently import concurrently
from tests.experiments.designs import NOW, draft, plan, running

LATER = NOW + timedelta(days=1)


@pytest.mark.django_db
def test_the_start_locks_the_plan_and_takes_the_time() -> None:
    started = running(now=LATER)

    assert started.status == "running"
    assert started.plan_sha256 == plan_sha256(read_plan(plan()))
    assert started.started_at == LATER


@pytest.mark.django_db
def test_a_whole_life_is_remembered_with_who_and_when() -> None:
    key = running().key
    definitions.pause(key, actor="supervisor", now=LATER)
    definitions.resume(key, actor="leader", now=LATER)
    ended = definitions.conclude(key, actor="leader", now=LATER)
    definitions.archive(key, actor="leader", now=LATER)

    history = [(each.action, each.actor) for each in Change.objects.order_by("id")]

    assert ended.concluded_at == LATER
    assert [action for action, _ in history] == [
        *("create", "submit", "start", "pause", "resume", "conclude", "archive")
    ]
    assert ("pause", "supervisor") in history
    pause = Change.objects.get(action="pause")
    assert pause.fields == {"status": ["running", "paused"]}
    assert pause.at == LATER


@pytest.mark.django_db
@pytest.mark.parametrize("step", [definitions.pause, definitions.start, definitions.conclude])
def test_a_draft_cannot_skip_its_review(step: Callable[..., Experiment]) -> None:
    definitions.create(draft(), actor="leader", now=NOW)

    with pytest.raises(MoveNotAllowed, match="is draft: allowed from here: submit, archive"):
        step("longer_calls", actor="leader", now=NOW)
    assert Experiment.objects.get().status == "draft"


@pytest.mark.django_db
def test_nothing_is_submitted_without_a_plan() -> None:
    definitions.create(draft(plan_source=""), actor="leader", now=NOW)

    with pytest.raises(InvalidPlan):
        definitions.submit("longer_calls", actor="leader", now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("looks", "late"),
    [
        ("{planned_end: 1999-01-01}", ["planned_end"]),
        ("{planned_end: 2026-01-05}", ["planned_end"]),
        (
            "{rule: pocock, dates: [2026-01-04, 2026-01-05, 2026-01-06], planned_end: 2026-06-01,"
            " planned_events: 100}",
            ["dates", "dates"],
        ),
    ],
)
def test_no_look_of_a_plan_is_over_when_it_starts(looks: str, late: list[str]) -> None:
    definitions.create(draft(plan_source=f"{plan()}looks: {looks}\n"), actor="leader", now=NOW)
    definitions.submit("longer_calls", actor="leader", now=NOW)

    with pytest.raises(InvalidDefinition, match="must be after the day of the start") as refusal:
        definitions.start("longer_calls", actor="leader", now=NOW)

    named = [violation.field for violation in refusal.value.violations]
    assert named == [f"plan.looks.{name}" for name in late]
    assert Experiment.objects.get().status == "review"


@pytest.mark.django_db
def test_the_day_of_the_start_is_that_of_the_plans_zone() -> None:
    source = f"{plan()}looks: {{planned_end: 2026-01-06}}\ntimezone: Pacific/Auckland\n"
    late = NOW.replace(hour=11)  # past midnight there
    definitions.create(draft(plan_source=source), actor="leader", now=NOW)
    definitions.submit("longer_calls", actor="leader", now=NOW)

    with pytest.raises(InvalidDefinition, match="must be after the day of the start"):
        definitions.start("longer_calls", actor="leader", now=late)
    started = definitions.start("longer_calls", actor="leader", now=NOW)
    assert started.status == "running"


@pytest.mark.django_db
def test_a_revised_experiment_can_be_edited_again() -> None:
    definitions.create(draft(), actor="leader", now=NOW)
    definitions.submit("longer_calls", actor="leader", now=NOW)

    revised = definitions.revise("longer_calls", actor="leader", now=NOW)

    wanted = replace(definitions.draft_of(revised), title="Better")
    edited = definitions.edit(revised.key, wanted, edition=revised.edition, actor="leader", now=NOW)
    assert edited.title == "Better"


@pytest.mark.django_db
def test_served_experiments_of_one_layer_share_no_bucket() -> None:
    definitions.create_layer("service")
    running("first", layer="service", layer_start=0, layer_end=5000)

    with pytest.raises(InvalidDefinition, match=r"must not share buckets with first: \[0, 5000\)"):
        running("second", layer="service", layer_start=4999, layer_end=10_000)
    third = running("third", layer="service", layer_start=5000, layer_end=10_000)
    assert third.status == "running"


@pytest.mark.django_db
def test_buckets_of_an_ended_experiment_are_free() -> None:
    definitions.create_layer("service")
    running("first", layer="service")
    definitions.conclude("first", actor="leader", now=LATER)

    assert running("second", layer="service").status == "running"


@pytest.mark.django_db
def test_a_layer_is_made_once_and_by_the_rules() -> None:
    definitions.create_layer("service", title="Service policies")

    with pytest.raises(InvalidDefinition, match="must not be in use"):
        definitions.create_layer("service")
    with pytest.raises(InvalidDefinition) as refusal:
        definitions.create_layer("Service", salt="short")
    assert [violation.field for violation in refusal.value.violations] == ["key", "salt"]


@pytest.mark.usefixtures("threads")
def test_of_two_starts_one_wins() -> None:
    definitions.create(draft(), actor="leader", now=NOW)
    definitions.submit("longer_calls", actor="leader", now=NOW)

    def start() -> str:
        return definitions.start("longer_calls", actor="leader", now=NOW).status

    results = concurrently(start, times=6)

    assert [result for result in results if result == "running"] == ["running"]
    assert sum(isinstance(result, MoveNotAllowed) for result in results) == 5
    assert Change.objects.filter(action="start").count() == 1


@pytest.mark.usefixtures("threads")
def test_of_two_starts_in_the_same_buckets_one_wins() -> None:
    definitions.create_layer("service")
    for key in ("first", "second"):
        definitions.create(draft(key, layer="service"), actor="leader", now=NOW)
        definitions.submit(key, actor="leader", now=NOW)
    keys = iter(["first", "second"])

    results = concurrently(
        lambda: definitions.start(next(keys), actor="leader", now=NOW).status, times=2
    )

    assert sum(isinstance(result, InvalidDefinition) for result in results) == 1
    assert Experiment.objects.filter(status="running").count() == 1
