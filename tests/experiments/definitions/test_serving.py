"""What may change while an experiment is served."""

import pytest

from experiments import definitions, registry
from experiments.errors import DefinitionLocked, InvalidDefinition, InvalidRequest
from experiments.models import Change, ForcedAssignment
from tests.experiments.api.test_schedules import DESIGN, STARTED
from tests.experiments.designs import NOW, running

pytestmark = pytest.mark.django_db


def test_coverage_goes_up_and_down_and_is_remembered() -> None:
    key = running(coverage=100).key

    raised = definitions.set_coverage(key, coverage=5000, actor="leader", now=NOW)
    lowered = definitions.set_coverage(key, coverage=0, actor="leader", now=NOW)

    assert (raised.coverage, lowered.coverage) == (5000, 0)
    assert [each.fields for each in Change.objects.filter(action="coverage").order_by("id")] == [
        {"coverage": [100, 5000]},
        {"coverage": [5000, 0]},
    ]


@pytest.mark.parametrize("coverage", [-1, 10_001])
def test_coverage_is_of_ten_thousand(coverage: int) -> None:
    key = running().key

    with pytest.raises(InvalidDefinition, match=f"coverage = {coverage}"):
        definitions.set_coverage(key, coverage=coverage, actor="leader", now=NOW)


def test_the_coverage_of_a_schedule_stays_all_of_it() -> None:
    key = running(now=STARTED, **DESIGN).key

    with pytest.raises(InvalidDefinition, match="coverage = 5000: must be 10000 of a schedule"):
        definitions.set_coverage(key, coverage=5000, actor="leader", now=STARTED)

    registry.snapshot.expire()
    assert key in registry.current(STARTED).experiments


def test_the_kill_switch_goes_on_and_off() -> None:
    key = running().key

    assert definitions.kill(key, actor="leader", now=NOW).killed
    assert not definitions.unkill(key, actor="leader", now=NOW).killed


def test_a_unit_is_forced_once_and_left_again() -> None:
    key = running().key
    definitions.force(key, unit_id=" 0012 ", variant="take_time", actor="qa", now=NOW)
    definitions.force(key, unit_id="0012", variant="target_300s", actor="qa", now=NOW)
    assert str(ForcedAssignment.objects.get()) == "0012 -> target_300s"

    definitions.unforce(key, unit_id="0012", actor="qa", now=NOW)
    definitions.unforce(key, unit_id="0012", actor="qa", now=NOW)

    assert not ForcedAssignment.objects.exists()


def test_only_a_variant_of_the_experiment_can_be_forced_on_an_id() -> None:
    key = running().key

    with pytest.raises(InvalidDefinition, match="variant"):
        definitions.force(key, unit_id="0012", variant="elsewhere", actor="qa", now=NOW)
    with pytest.raises(InvalidRequest, match="must not be empty"):
        definitions.force(key, unit_id=" ", variant="take_time", actor="qa", now=NOW)


def test_nothing_is_changed_after_the_end() -> None:
    key = running().key
    definitions.conclude(key, actor="leader", now=NOW)

    with pytest.raises(DefinitionLocked, match="status = concluded"):
        definitions.kill(key, actor="leader", now=NOW)


def test_no_customer_is_named_in_the_history() -> None:
    key = running().key

    definitions.force(key, unit_id="0012", variant="take_time", actor="qa", now=NOW)

    assert "0012" not in str(list(Change.objects.values("fields", "action")))
