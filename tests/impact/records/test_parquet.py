"""Parquet files: a type that does not fit is never bent."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pyarrow import parquet

from impact.errors import InvalidBatch
from impact.records.kinds import ASSIGNMENT_COLUMNS, COLUMNS, RecordKind
from impact.records.reading import ReadResult, inspect, read_file

MORNING = datetime(2026, 1, 31, 10, tzinfo=UTC)
CONTACT = {
    "contact_id": pa.array(["0012", "c2"]),
    "customer_id": pa.array(["k1", "k2"]).dictionary_encode(),
    "arrived_at": pa.array([MORNING, MORNING], pa.timestamp("ns", tz="Europe/Berlin")),
}


def written(folder: Path, columns: dict[str, pa.Array]) -> Path:
    path = folder / "records.parquet"
    parquet.write_table(pa.table(columns), path)
    return path


def read(path: Path, kind: RecordKind = RecordKind.CONTACTS) -> ReadResult:
    return read_file(path, COLUMNS[kind], format="parquet", zone=ZoneInfo("Europe/Berlin"))


def test_typed_columns_are_read_as_they_are(tmp_path: Path) -> None:
    result = read(written(tmp_path, CONTACT | {"wait_seconds": pa.array([5, None], pa.int16())}))

    assert result.table["contact_id"].to_pylist() == ["0012", "c2"]
    assert result.table["customer_id"].to_pylist() == ["k1", "k2"]
    assert result.table["arrived_at"].to_pylist() == [MORNING, MORNING]
    assert result.table["wait_seconds"].to_pylist() == [5.0, None]
    assert not result.rejections


@pytest.mark.parametrize(
    ("name", "column", "rule"),
    [
        ("contact_id", pa.array([12, None]), "must be a string"),
        ("team", pa.array([7, None]), "must be a string"),
        ("wait_seconds", pa.array(["5", None]), "must be a number"),
        (
            "wait_seconds",
            pa.array([float("nan"), None]),
            "must be a finite number with a decimal point",
        ),
        ("abandoned", pa.array([1, None]), "must be true or false"),
        (
            "arrived_at",
            pa.array([datetime(2026, 1, 31), None], pa.timestamp("us")),  # noqa: DTZ001
            "must carry an offset from UTC, such as Z or +01:00",
        ),
    ],
)
def test_a_column_of_the_wrong_type_rejects_the_rows_that_have_a_value(
    tmp_path: Path, name: str, column: pa.Array, rule: str
) -> None:
    result = read(written(tmp_path, CONTACT | {name: column}))

    first = [(r.field, r.rule) for r in result.rejections if r.row_number == 1]
    assert first == [(name, rule)]


def test_a_version_and_a_stratum_may_be_numbered(tmp_path: Path) -> None:
    path = tmp_path / "assignments.parquet"
    row = {"unit_id": ["0012"], "variant": ["a"], "assigned_at": ["2026-01-31"]}
    parquet.write_table(
        pa.table({**row, "version": [3], "stratum": pa.array([7], pa.int32())}), path
    )

    result = read_file(path, ASSIGNMENT_COLUMNS, format="parquet", zone=UTC)

    assert not result.rejections
    assert [result.table[name].to_pylist() for name in ("version", "stratum")] == [["3"], ["7"]]


def test_days_are_midnights_of_the_zone_also_when_clocks_change(tmp_path: Path) -> None:
    days = pa.array([date(2026, 3, 29), date(2026, 3, 30)])

    result = read(written(tmp_path, CONTACT | {"arrived_at": days}))

    assert result.table["arrived_at"].to_pylist() == [
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    ]


def test_amounts_may_be_decimals_floats_or_strings(tmp_path: Path) -> None:
    charge = {
        "transaction_id": pa.array(["t1"]),
        "customer_id": pa.array(["k1"]),
        "occurred_at": pa.array([MORNING], pa.timestamp("us", tz="UTC")),
        "currency": pa.array(["EUR"]),
    }
    forms = [pa.array([Decimal("12.50")]), pa.array([12.5]), pa.array(["12.50"])]

    for form in forms:
        result = read(written(tmp_path, charge | {"amount": form}), RecordKind.REVENUE)
        assert result.table["amount"].to_pylist() == [Decimal("12.50")]


def test_further_columns_keep_their_values_as_json(tmp_path: Path) -> None:
    further = {"tenure": pa.array([3, None]), "tags": pa.array([["a"], None])}

    result = read(written(tmp_path, CONTACT | further))

    assert result.table["attributes"].to_pylist() == ['{"tags":["a"],"tenure":3}', "{}"]


def test_a_file_without_rows_has_no_rows(tmp_path: Path) -> None:
    empty = pa.table(CONTACT).slice(0, 0)
    parquet.write_table(empty, tmp_path / "empty.parquet")

    assert read(tmp_path / "empty.parquet").rows_read == 0


def test_a_truncated_file_is_refused_whole(tmp_path: Path) -> None:
    path = written(tmp_path, CONTACT)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(InvalidBatch, match="cannot be read as Parquet"):
        read(path)
    with pytest.raises(InvalidBatch, match="cannot be read as Parquet"):
        inspect(path, COLUMNS[RecordKind.CONTACTS], format="parquet")


def test_damaged_pages_are_refused_whole(tmp_path: Path) -> None:
    path = written(tmp_path, CONTACT)
    content = bytearray(path.read_bytes())
    content[4:120] = b"\xff" * 116
    path.write_bytes(content)

    with pytest.raises(InvalidBatch, match="cannot be read as Parquet"):
        read(path)


def test_a_missing_required_column_is_refused_whole(tmp_path: Path) -> None:
    path = written(tmp_path, {"contact_id": pa.array(["c1"])})

    with pytest.raises(InvalidBatch) as refusal:
        read(path)

    assert refusal.value.field == "customer_id"
