"""The audit: nothing to find in an honest log, and every row that was tampered with."""

from datetime import timedelta
from io import StringIO
from time import monotonic

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from experiments import definitions, registry
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.assignment.sql import Dialect
from experiments.audit import audit
from experiments.errors import ExperimentNotFound
from experiments.exposures import Contact
from experiments.models import Exposure
from tests.experiments.api.test_saturations import PLAN as SATURATED
from tests.experiments.api.test_schedules import DESIGN, SCHEDULE, STARTED
from tests.experiments.designs import NOW, draft, running

pytestmark = pytest.mark.django_db
KEY = "longer_calls"
CUSTOMERS = [*(f"{number:04}" for number in range(300)), "0012 😀", "Zoë's", 'a"b\\c', "%s %d"]


def fill(customers: list[str] | None = None, **attributes: object) -> None:
    """Ask for every customer, once with a contact and once without."""
    registry.snapshot.expire()
    for customer in customers or CUSTOMERS:
        for contact in (f"c-{customer}", None):
            asked = Question(
                contact=Contact(customer_id=customer, contact_id=contact, attributes=attributes),
                units={"customer": customer},
                attributes=attributes,
                experiments=(KEY,),
            )
            answer(asked, now=NOW, until=monotonic() + 60)


def one(**where: object) -> Exposure:
    return Exposure.objects.filter(eligible=True, **where).order_by("id")[7]


def test_an_honest_log_has_no_differences() -> None:
    running()
    fill()

    found = audit(KEY)

    assert found.agrees
    assert (found.n_rows, found.n_recomputed) == (2 * len(CUSTOMERS), 2 * len(CUSTOMERS))
    assert found.dialect is (
        Dialect.POSTGRESQL if connection.vendor == "postgresql" else Dialect.DUCKDB
    )


def test_shares_of_queues_are_drawn_again() -> None:
    levels = [{"share": 0, "weight": 5000}, {"share": 5000, "weight": 5000}]
    running(saturation={"cluster": "queue", "levels": levels}, plan_source=SATURATED)
    registry.snapshot.expire()
    for number in range(60):
        queue = f"q{number % 6}"
        asked = Question(
            contact=Contact(customer_id=f"{number}", contact_id=f"c-{number}", queue=queue),
            units={"customer": f"{number}", "queue": queue},
            attributes={"queue": queue},
            experiments=(KEY,),
        )
        answer(asked, now=NOW, until=monotonic() + 60)

    assert audit(KEY).agrees
    treated = Exposure.objects.filter(assigned_variant="take_time").first()
    assert treated is not None
    Exposure.objects.filter(pk=treated.pk).update(assigned_variant="target_300s")
    (found,) = audit(KEY).differences
    assert (found.assignment_id, found.rule) == (treated.assignment_id, "assigned_variant")


def test_layers_ramps_targeting_pauses_and_forced_units_are_no_differences() -> None:
    definitions.create_layer("service", salt="service_layer_salt")
    running(
        layer="service",
        layer_start=1000,
        layer_end=7000,
        coverage=8000,
        targeting={"attribute": "tier", "equals": "gold"},
    )
    definitions.force(KEY, unit_id="0007", variant="take_time", actor="qa", now=NOW)
    fill(CUSTOMERS[:100], tier="gold")
    definitions.set_coverage(KEY, coverage=1000, actor="qa", now=NOW)
    fill(CUSTOMERS[100:200], tier="gold")
    definitions.pause(KEY, actor="qa", now=NOW)
    fill(CUSTOMERS[200:250], tier="gold")
    fill(CUSTOMERS[250:], tier="basic")

    found = audit(KEY)

    assert found.agrees
    rows = Exposure.objects.filter(experiment=KEY)
    assert 20 < rows.filter(eligible=True).count() < rows.count()
    assert rows.filter(source="paused").exists()
    assert rows.filter(forced=True).exists()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"assigned_variant": "target_300s"}, "assigned_variant"),
        ({"unit_id": "somebody else"}, "bucket"),
        ({"bucket": 17}, "bucket"),
        ({"eligible": False}, "assigned_variant"),
    ],
)
def test_a_row_that_was_tampered_with_is_found(change: dict[str, object], rule: str) -> None:
    running()
    fill()
    row = one(assigned_variant="take_time")
    Exposure.objects.filter(pk=row.pk).update(**change)

    found = audit(KEY)

    assert not found.agrees
    assert (row.assignment_id, rule) in {
        (each.assignment_id, each.rule) for each in found.differences
    }
    assert {each.assignment_id for each in found.differences} == {row.assignment_id}


def test_a_unit_that_was_let_in_beyond_the_coverage_is_found() -> None:
    running(coverage=1000)
    fill()
    row = Exposure.objects.filter(eligible=False).order_by("id")[3]
    Exposure.objects.filter(pk=row.pk).update(eligible=True)

    (difference,) = audit(KEY).differences

    assert (difference.assignment_id, difference.rule) == (row.assignment_id, "eligible")


def test_rows_of_another_version_are_told_apart() -> None:
    running()
    fill()
    Exposure.objects.filter(pk=one().pk).update(version=7, assigned_variant="gone")

    found = audit(KEY)

    assert found.agrees
    assert found.n_recomputed == found.n_rows - 1


def test_more_differences_than_are_listed_are_all_counted() -> None:
    running()
    fill()
    Exposure.objects.filter(assigned_variant="take_time").update(assigned_variant="target_300s")

    found = audit(KEY)

    assert found.n_differences == Exposure.objects.filter(bucket__gte=5000).count()
    assert len(found.differences) == 20


def test_the_slots_of_a_schedule_are_drawn_again() -> None:
    schedule = {**SCHEDULE, "from_hour": 8, "to_hour": 20}
    running(now=STARTED, **{**DESIGN, "schedule": schedule})
    for hours in range(0, 14 * 24, 3):
        arrived_at = STARTED + timedelta(hours=hours)
        asked = Question(
            contact=Contact(contact_id=f"c-{hours}"),
            units={},
            experiments=(KEY,),
            arrived_at=arrived_at,
        )
        answer(asked, now=arrived_at, until=monotonic() + 60)

    found = audit(KEY)

    assert found.agrees
    rows = Exposure.objects.filter(experiment=KEY)
    assert 50 < rows.filter(eligible=True).count() < rows.count() == found.n_recomputed
    row = one(assigned_variant="take_time")
    Exposure.objects.filter(pk=row.pk).update(unit_id="2026-01-13T03:00")
    outside = rows.filter(eligible=False)[2]
    Exposure.objects.filter(pk=outside.pk).update(eligible=True)
    assert {(each.assignment_id, each.rule) for each in audit(KEY).differences} == {
        (row.assignment_id, "eligible"),
        (outside.assignment_id, "eligible"),
    }


def test_an_experiment_that_never_started_is_refused() -> None:
    definitions.create(draft("waiting"), actor="leader", now=NOW)

    with pytest.raises(ExperimentNotFound, match="experiment = waiting"):
        audit("waiting")


def test_the_command_prints_what_it_found_and_fails_on_a_difference() -> None:
    running()
    fill()
    told = StringIO()

    call_command("audit", KEY, "--show-sql", stdout=told)
    assert f"{len(CUSTOMERS) * 2} of {len(CUSTOMERS) * 2} rows recomputed" in told.getvalue()
    assert "0 differences" in told.getvalue()
    assert "sha256" in told.getvalue()

    row = one(assigned_variant="take_time")
    Exposure.objects.filter(pk=row.pk).update(assigned_variant="target_300s")
    told = StringIO()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("audit", KEY, stdout=told)
    assert row.assignment_id in told.getvalue()
    assert "sha256" not in told.getvalue()
