"""Units drawn at random, as the files that a centre sends and as rows to compute from."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import Phase, settings
from hypothesis import strategies as st

from experiments.plan.document import Plan
from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute

ASSIGNED = "2026-03-01T10:00"
CLOSE = 1e-8
# A join costs a second: few worlds, and the first that fails is small enough to look at.
JOINED = settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.generate))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What differs from one draw to the next."""

    seed: int
    size: int
    level: float

    def rng(self) -> np.random.Generator:
        """Return the generator of this world."""
        return np.random.default_rng(self.seed)


worlds = st.builds(
    World,
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(40, 90),
    level=st.sampled_from([0.0, 30.0, 10_000.0]),
)


def columns_of(units: pd.DataFrame, *names: str) -> list[Row]:
    """Return the assignments of units, with further columns: flags, else texts as files hold."""
    texts = {name: str for name in names if units[name].dtype != np.bool_}
    given = units.assign(assigned_at=ASSIGNED).astype(texts)
    kept = given[["unit_id", "variant", "assigned_at", *names]]
    return [{str(name): value for name, value in row.items()} for row in kept.to_dict("records")]


def observed(units: pd.DataFrame, *names: str) -> list[Row]:
    """Return one observation per unit and number that it has."""
    return [
        {"unit_id": unit, "metric": name, "value": float(value)}
        for name in names
        for unit, value in zip(units["unit_id"], units[name], strict=True)
        if not np.isnan(value)
    ]


def analysed(plan: Plan, assignments: list[Row], **tables: list[Row]) -> Analysis:
    """Join files, store the sufficient statistics, read them again and evaluate."""
    counted = compute(plan, assignments, AS_OF, **tables)
    return evaluate(plan, load(dump(counted)), as_of=AS_OF)


def segments_of(units: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield everybody, then the units of each segment."""
    yield "all", units
    for label, inside in units.groupby(column):
        yield f"{column}={label}", inside


def arms_of(units: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the variant's units and the control's."""
    return units[units["variant"] == "b"], units[units["variant"] == "a"]


def squared_error(values: pd.Series) -> float:
    """Return the squared standard error of the mean of numbers."""
    numbers = values.to_numpy(dtype=np.float64)
    return float(numbers.var(ddof=1)) / len(numbers)


def row_of(found: Analysis, metric: str, quantity: str, method: str, **fields: object) -> Estimate:
    """Return the one row with these fields: the variant's, of everybody, unless told."""
    wanted = {"variant": "b", "segment": "all", **fields}
    rows = [
        row
        for row in found.estimates
        if (row.metric, row.quantity, row.method) == (metric, quantity, method)
        and all(getattr(row, name) == value for name, value in wanted.items())
    ]
    assert len(rows) == 1, (metric, quantity, method, fields, rows)
    return rows[0]
