"""The same by hand in pandas and lifelines, in a process of its own: read, join, fit raw rows.

It does less: repeated ids, reversed churn and units that are not eligible are not looked for, and
of the estimates there is the Cox model alone.
"""

import json
import sys
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable
from lifelines import CoxPHFitter

from tests.benchmarks.lake_survival_cost import Stopwatch, peak_megabytes
from tests.benchmarks.lake_survival_customers import COVARIATES, terms
from tests.benchmarks.lake_survival_tables import AS_OF, EXPOSURES


def joined(folder: Path) -> pd.DataFrame:
    """Return one row per customer: days, whether churned, a column of 0 and 1 per level."""
    units = _read(folder / EXPOSURES, "unit_id", "variant", "assigned_at", *COVARIATES)
    customers = _read(folder / "customers", "customer_id", "observed_until")
    churn = _read(folder / "churn", "customer_id", "churned_at")
    first = churn.groupby("customer_id", as_index=False)["churned_at"].min()
    rows = units.merge(customers, "left", left_on="unit_id", right_on="customer_id")
    rows = rows.merge(first, "left", "customer_id")
    latest = pd.Timestamp(AS_OF)
    end = rows["observed_until"].where(rows["observed_until"] < latest, latest).dt.floor("D")
    churned = rows["churned_at"].dt.floor("D")
    event = churned <= end
    design = pd.DataFrame({f"{name}={level}": rows[name] == level for name, level in terms()})
    time = (end.where(~event, churned) - rows["assigned_at"].dt.floor("D")).dt.days
    return design.astype(float).assign(time=time, event=event)


def _read(table: Path, *columns: str) -> pd.DataFrame:
    return DeltaTable(table).to_pandas(columns=list(columns))


def fitted(rows: pd.DataFrame) -> list[float]:
    """Return the coefficients of lifelines' model with its own settings."""
    return [float(value) for value in CoxPHFitter().fit(rows, "time", "event").params_]


def main(folder: str, rehearsal: str) -> None:
    """Print what was found and what it cost, after a small rehearsal that pays for imports."""
    fitted(joined(Path(rehearsal)))
    watch = Stopwatch()
    rows = joined(Path(folder))
    cost = watch.lap("join")
    found = {"coefficients": fitted(rows)}
    cost |= watch.lap("fit")
    sys.stdout.write(json.dumps(cost | found | {"megabytes": peak_megabytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
