"""Two stages audited: the share that the cluster drew, then the unit inside of it."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from experiments import definitions, registry
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.audit import audit
from experiments.exposures import Contact
from experiments.models import Exposure
from tests.experiments.api.test_saturations import PLAN
from tests.experiments.designs import NOW, running

pytestmark = pytest.mark.django_db
KEY = "longer_calls"
LEVELS = [
    {"share": 0, "weight": 2500},
    {"share": 2500, "weight": 2500},
    {"share": 7500, "weight": 5000},
]
HALVES = [{"share": 2500, "weight": 5000}, {"share": 7500, "weight": 5000}]
SCHEDULE = {"starts_on": "2026-01-12", "weeks": 2, "timezone": "Europe/Berlin"}
BEGUN = datetime.fromisoformat("2026-01-11T20:00:00+00:00")
ROWS = 120


def start(cluster: str) -> None:
    by_window: dict[str, Any] = {"schedule": SCHEDULE} if cluster == "window_id" else {}
    running(
        salt="kX3_vT9-aB2mQ7pR",
        saturation={"cluster": cluster, "levels": HALVES if by_window else LEVELS},
        plan_source=PLAN.replace("cluster: queue", f"cluster: {cluster}"),
        **by_window,
    )
    ask(cluster, range(ROWS))


def ask(cluster: str, numbers: range) -> None:
    """Ask for customers in a dozen of clusters, or through two weeks and a little more."""
    registry.snapshot.expire()
    for number in numbers:
        inside = {} if cluster == "window_id" else {cluster: f"Café {number % 12}"}
        queue = {name: value for name, value in inside.items() if name == "queue"}
        others = {name: value for name, value in inside.items() if name != "queue"}
        asked = Question(
            contact=Contact(
                customer_id=f"{number}", contact_id=f"c-{number}", attributes=others, **queue
            ),
            units={"customer": f"{number}", **inside},
            attributes=inside,
            experiments=(KEY,),
            arrived_at=BEGUN + timedelta(hours=3 * number),
        )
        answer(asked, now=NOW, until=monotonic() + 60)


def tamper(row: Exposure, **changes: object) -> str:
    Exposure.objects.filter(pk=row.pk).update(**changes)
    return row.assignment_id


@pytest.mark.parametrize("cluster", ["queue", "team", "window_id"])
def test_the_share_and_the_unit_are_both_drawn_again(cluster: str) -> None:
    start(cluster)

    found = audit(KEY)

    assert (found.n_rows, found.n_recomputed, found.n_differences) == (ROWS, ROWS, 0)
    rows = list(Exposure.objects.filter(eligible=True).order_by("id"))
    assert len({row.attributes["saturation"] for row in rows}) == (
        2 if cluster == "window_id" else 3
    )
    treated = next(row for row in rows if row.assigned_variant == "take_time")
    others = [row for row in rows if row.pk != treated.pk]
    moved = others[3]
    untold = others[4]
    without = {name: each for name, each in untold.attributes.items() if name != "saturation"}
    expected = {
        (tamper(treated, assigned_variant="target_300s"), "assigned_variant"),
        (tamper(moved, attributes={**moved.attributes, "saturation": "33"}), "saturation"),
        (tamper(untold, attributes=without), "saturation"),
    }

    found = audit(KEY)

    assert {(each.assignment_id, each.rule) for each in found.differences} == expected
    assert found.n_differences == len(expected)


def test_a_share_that_was_rewritten_together_with_its_arm_is_found() -> None:
    start("team")
    row = Exposure.objects.filter(attributes__saturation="0").order_by("id")[0]

    tamper(row, assigned_variant="take_time", attributes={**row.attributes, "saturation": "75"})

    assert {(each.rule, each.recorded, each.recomputed) for each in audit(KEY).differences} == {
        ("saturation", "75", "0"),
        ("assigned_variant", "take_time", "target_300s"),
    }


def test_a_row_outside_of_the_schedule_that_says_it_takes_part_is_found() -> None:
    start("window_id")
    outside = Exposure.objects.filter(eligible=False).order_by("id")[0]

    tamper(outside, eligible=True)

    assert {(each.assignment_id, each.rule) for each in audit(KEY).differences} == {
        (outside.assignment_id, "bucket"),
        (outside.assignment_id, "eligible"),
    }


def test_a_ramp_down_does_not_hide_who_was_let_in_before() -> None:
    start("team")
    definitions.set_coverage(KEY, coverage=100, actor="qa", now=NOW)
    ask("team", range(ROWS, 2 * ROWS))
    assert audit(KEY).agrees
    row = Exposure.objects.filter(eligible=True, assigned_variant="take_time")[2]

    tamper(row, assigned_variant="target_300s")

    (found,) = audit(KEY).differences
    assert (found.assignment_id, found.rule) == (row.assignment_id, "assigned_variant")


def test_a_row_without_its_cluster_is_told_apart() -> None:
    start("team")
    row = Exposure.objects.filter(eligible=True).order_by("id")[5]

    tamper(row, attributes={"saturation": row.attributes["saturation"]}, source="client")

    found = audit(KEY)
    assert found.agrees
    assert found.n_recomputed == ROWS - 1
    assert found.reservations == ("1 row without the cluster that drew the share.",)
