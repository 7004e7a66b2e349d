"""The simulated customers in a lake: the exposures that a run exports, customers and churn."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from impact import lake
from impact.records.schema import INSTANT
from tests.benchmarks.lake_survival_customers import COVARIATES, DAYS, simulate

START = datetime(2025, 1, 1, 9, tzinfo=UTC)
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
EXPOSURES = "exposures_benchmark"
DAY = np.timedelta64(1, "D")
HOURS = 14
BATCH = 100_000
CALL = np.timedelta64(240, "s")


def write_lake(rows: pa.Table) -> None:
    """Turn durations into instants: starts spread over the day, ends so many days later."""
    rng = np.random.default_rng(7)
    ids = _numbered("C", rows.num_rows)
    spread = rng.integers(0, HOURS * 3600, size=rows.num_rows).astype("timedelta64[s]")
    starts = np.datetime64(START.replace(tzinfo=None), "s") + spread
    ends = starts.astype("datetime64[D]") + rows["time"].to_numpy() * DAY
    churned = rows["event"].to_numpy() == 1
    latest = starts.astype("datetime64[D]") + np.int64(2 * DAYS) * DAY
    lake.replace(EXPOSURES, _exposures(rows, ids, starts))
    observed = _instants(np.where(churned, latest, ends))
    _append("customers", {"customer_id": ids, "observed_until": observed})
    gone = pa.table({"customer_id": ids, "churned_at": _instants(ends)}).filter(pa.array(churned))
    _append("churn", dict(zip(gone.column_names, gone.columns, strict=True)))


def _exposures(rows: pa.Table, ids: pa.Array, starts: np.ndarray) -> pa.Table:
    """Every customer got what was assigned, during the call that asked."""
    certain = pa.repeat(pa.scalar(value=True), rows.num_rows)
    columns = {
        "unit_id": ids,
        "variant": rows["variant"],
        "assigned_at": _instants(starts),
        "customer_id": ids,
        "contact_id": _numbered("K", rows.num_rows),
        "queue": pa.repeat("billing", rows.num_rows),
        "served_variant": rows["variant"],
        "exposed_at": _instants(starts + CALL),
        "eligible": certain,
        "forced": pc.invert(certain),
        "version": pa.repeat("1", rows.num_rows),
    }
    return pa.table(columns | {name: rows[name] for name in COVARIATES})


def _append(kind: str, given: Mapping[str, pa.Array]) -> None:
    """Append as ingest does, batch by batch, with all columns of the kind."""
    size = len(next(iter(given.values())))
    for start in range(0, size, BATCH):
        batch_id, n = str(uuid4()), min(BATCH, size - start)
        known = {name: column.slice(start, n) for name, column in given.items()} | {
            "row_number": pa.array(np.arange(1, n + 1)),
            "batch_id": pa.repeat(batch_id, n),
            "received_at": pa.repeat(pa.scalar(AS_OF, INSTANT), n),
        }
        schema = lake.schema(kind)
        columns = [known.get(field.name, pa.nulls(n, field.type)) for field in schema]
        lake.append(kind, pa.table(columns, schema=schema), batch_id=batch_id)


def _numbered(letter: str, n: int) -> pa.Array:
    return pa.array(np.char.add(letter, np.arange(n).astype(np.str_)))


def _instants(moments: np.ndarray) -> pa.Array:
    return pa.array(moments.astype("datetime64[us]"), INSTANT)


if __name__ == "__main__":
    settings.configure(LAKE_URL=sys.argv[1])
    write_lake(simulate(int(sys.argv[2])))
