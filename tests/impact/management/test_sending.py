"""The files of the simulated centre are read by the product as they are meant."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from impact.management.demo import sending
from impact.records.kinds import COLUMNS, RecordKind
from impact.records.reading import ReadResult, read_file
from impact.simulation.records import Columns


def read(parcel: sending.Parcel, folder: Path) -> ReadResult:
    path = folder / "payload"
    path.write_bytes(parcel.payload)
    return read_file(path, COLUMNS[parcel.kind], format=parcel.format, zone=UTC)


@pytest.fixture
def notices() -> Columns:
    nothing = np.datetime64("NaT", "us")
    return {
        "customer_id": np.array(["C0000001", "C0000002"]),
        "churned_at": np.array(["2026-01-02T21:30:00", "2026-01-03T21:00:00"], "M8[us]"),
        "reversed_at": np.array([nothing, np.datetime64("2026-01-05T12:00:00", "us")]),
    }


def test_a_request_keeps_instants_and_leaves_out_what_is_missing(
    notices: Columns, tmp_path: Path
) -> None:
    result = read(sending.as_json(RecordKind.CHURN, notices, "churn"), tmp_path)

    assert result.table.column("reversed_at").to_pylist() == [
        None,
        datetime(2026, 1, 5, 12, tzinfo=UTC),
    ]
    assert result.table.column("churned_at")[0].as_py() == datetime(2026, 1, 2, 21, 30, tzinfo=UTC)


def test_broken_rows_are_rejected_beside_good_ones(notices: Columns, tmp_path: Path) -> None:
    broken = [{"customer_id": "C0000003", "churned_at": "yesterday"}]
    parcel = sending.as_json(RecordKind.CHURN, notices, "churn", broken=broken)

    result = read(parcel, tmp_path)

    assert (result.rows_read, result.table.num_rows, len(result.rejections)) == (3, 2, 1)


def test_a_csv_file_has_the_same_rows_as_a_request(notices: Columns, tmp_path: Path) -> None:
    file = read(sending.as_csv(RecordKind.CHURN, notices, "churn.csv"), tmp_path)
    request = read(sending.as_json(RecordKind.CHURN, notices, "churn"), tmp_path)

    assert file.table.equals(request.table)


def test_cents_become_exact_amounts_in_files_in_order_of_time(tmp_path: Path) -> None:
    columns: Columns = {
        "transaction_id": np.array(["T2", "T1", "T3"]),
        "customer_id": np.array(["C1", "C1", "C1"]),
        "occurred_at": np.array(["2026-02-01", "2026-01-01", "2026-03-01"], "M8[us]"),
        "amount": np.array([-1999, 10, 123456]),
        "currency": np.array(["EUR"] * 3),
    }

    first, second = sending.in_parts(RecordKind.REVENUE, columns, "occurred_at", 2)

    assert read(first, tmp_path).table.column("transaction_id").to_pylist() == ["T1", "T2"]
    assert read(first, tmp_path).table.column("amount").to_pylist() == [
        Decimal("0.10"),
        Decimal("-19.99"),
    ]
    assert read(second, tmp_path).table.column("amount").to_pylist() == [Decimal("1234.56")]
