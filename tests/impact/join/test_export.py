"""The exposure log leaves as assignments, with what the plan splits by."""

from datetime import UTC, datetime

import pytest

from experiments.exposures.recording import record_many
from experiments.exposures.rows import ExposureRow
from impact.engine import connect
from impact.join.export import export_exposures
from impact.join.inputs import from_arrow
from impact.join.statistics import sufficient_statistics
from impact.records.kinds import COLUMNS, RecordKind
from tests.experiments.designs import running
from tests.impact.join.tables import AS_OF, SURVIVAL, cells, plan_of, table

PLAN = plan_of(SURVIVAL, head="segments: [tier, queue, vip]")
pytestmark = pytest.mark.django_db


def exposure(number: int) -> ExposureRow:
    return ExposureRow(
        assignment_id=f"a{number}",
        experiment="calm",
        version=1,
        hash_version=1,
        unit_id=f"00{number}",
        customer_id="",
        contact_id=f"c{number}",
        bucket=5,
        assigned_variant="b",
        served_variant="a",
        source="service",
        eligible=True,
        forced=False,
        queue="billing",
        attributes={"tier": "gold", "vip": True, "unasked": 1},
        assigned_at=datetime(2026, 6, number, tzinfo=UTC),
        exposed_at=None,
    )


def test_the_log_leaves_with_ids_as_texts_and_the_splits_of_the_plan() -> None:
    record_many([exposure(1), exposure(2)._replace(eligible=False, attributes={}, queue="")])

    rows = export_exposures(PLAN, "calm", AS_OF).to_pylist()

    assert [row["unit_id"] for row in rows] == ["001", "002"]
    assert [row["tier"] for row in rows] == ["gold", None]
    assert [row["vip"] for row in rows] == ["true", None]
    assert [row["queue"] for row in rows] == ["billing", None]
    assert [row["eligible"] for row in rows] == [True, False]
    assert rows[0]["variant"] == "b"
    assert rows[0]["served_variant"] == "a"
    assert "unasked" not in rows[0]


def test_rows_of_others_and_of_later_stay_behind() -> None:
    late = datetime(2026, 7, 1, tzinfo=UTC)
    record_many([exposure(1)._replace(experiment="other"), exposure(2)._replace(assigned_at=late)])

    assert export_exposures(PLAN, "calm", AS_OF).num_rows == 0


def test_an_exported_log_is_joined_as_a_file_of_assignments_is() -> None:
    record_many([exposure(1), exposure(2)])
    churn = [{"customer_id": "001", "churned_at": "2026-06-11"}]
    connection = connect()
    tables = {
        "assignments": export_exposures(PLAN, "calm", AS_OF),
        "churn": table(COLUMNS[RecordKind.CHURN], churn),
    }

    statistics = sufficient_statistics(
        connection, from_arrow(connection, tables), PLAN, as_of=AS_OF
    )

    overall, *segments = statistics.survival["kept"]
    assert cells(overall) == [("b", 10, 1, 1), ("b", 28, 0, 1)]
    assert [item.segment for item in segments] == ["tier=gold", "queue=billing", "vip=true"]


def test_the_arms_of_experiments_on_the_same_units_leave_beside_them() -> None:
    started = datetime(2026, 5, 1, tzinfo=UTC)
    for key in ("calm", "tone", "apart"):
        running(key, now=started)
    tone = exposure(2)._replace(assignment_id="t2", experiment="tone", contact_id="t")
    again = tone._replace(assignment_id="t3", contact_id="u", assigned_variant="a")
    elsewhere = tone._replace(assignment_id="e9", experiment="apart", unit_id="999")
    forced = exposure(1)._replace(assignment_id="f1", experiment="tone", forced=True)
    record_many([exposure(1), exposure(2), tone, again, elsewhere, forced])

    table_ = export_exposures(PLAN, "calm", AS_OF)

    assert table_["neighbour_tone"].to_pylist() == [None, "b"]
    assert "neighbour_apart" not in table_.column_names
