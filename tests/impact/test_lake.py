"""The lake: appended exactly once, read at a pinned version."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from django.conf import settings as django_settings
from pyarrow import dataset
from pytest_django import Settings

from impact import lake

RECEIVED = datetime(2026, 11, 22, tzinfo=UTC)


def churn(batch_id: str, rows: int = 3) -> pa.Table:
    churned = [
        {
            "customer_id": f"k{row}",
            "churned_at": RECEIVED,
            "attributes": "{}",
            "row_number": row,
            "batch_id": batch_id,
            "received_at": RECEIVED,
        }
        for row in range(1, rows + 1)
    ]
    return pa.Table.from_pylist(churned, schema=lake.schema("churn"))


def count(name: str, version: int) -> int:
    files = lake.files(name, version)
    return int(dataset.dataset(files).count_rows()) if files else 0


def append_in_another_process(batch_id: str, url: str) -> int:
    django_settings.LAKE_URL = url
    return lake.append("churn", churn(batch_id), batch_id=batch_id)


def test_a_batch_is_appended_once_however_often_it_is_tried() -> None:
    versions = {lake.append("churn", churn("b1"), batch_id="b1") for _ in range(3)}

    assert versions == {lake.versions()["churn"]}
    assert count("churn", versions.pop()) == 3


def test_many_processes_append_each_batch_once(settings: Settings) -> None:
    batches = [f"b{number % 5}" for number in range(20)]

    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(append_in_another_process, batches, [settings.LAKE_URL] * len(batches)))

    assert count("churn", lake.versions()["churn"]) == 5 * 3


def test_an_old_version_stays_readable() -> None:
    first = lake.append("churn", churn("b1"), batch_id="b1")
    second = lake.append("churn", churn("b2"), batch_id="b2")

    assert (count("churn", first), count("churn", second)) == (3, 6)


def test_retention_is_set_when_a_table_is_made(settings: Settings) -> None:
    lake.append("churn", churn("b1"), batch_id="b1")
    lake.replace("exposures_callback", pa.table({"unit_id": ["k1"]}))

    for name in ("churn", "exposures_callback"):
        configuration = DeltaTable(str(Path(settings.LAKE_URL) / name)).metadata().configuration
        assert configuration["delta.logRetentionDuration"] == "interval 3650 days"
        assert configuration["delta.deletedFileRetentionDuration"] == "interval 3650 days"


def test_a_replaced_table_holds_the_new_rows_and_its_old_version_the_old_ones() -> None:
    first = lake.replace("exposures_callback", pa.table({"unit_id": ["k1", "k2"]}))
    second = lake.replace("exposures_callback", pa.table({"unit": ["k1"], "arm": ["a"]}))

    assert (count("exposures_callback", first), count("exposures_callback", second)) == (2, 1)
    assert lake.versions(["exposures_callback", "churn"]) == {"exposures_callback": second}


def test_a_table_may_be_replaced_by_none_of_rows() -> None:
    version = lake.replace("exposures_callback", pa.table({"unit_id": pa.array([], pa.string())}))

    assert lake.files("exposures_callback", version) == []


@pytest.mark.parametrize("kind", lake.TABLES)
def test_every_kind_of_record_has_a_table(kind: str) -> None:
    version = lake.append(kind, lake.schema(kind).empty_table(), batch_id="b0")

    assert lake.versions() == {kind: version}
