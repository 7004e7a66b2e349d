"""Five means with CUPED on a million users, beside tea-tasting on the same DuckDB table, by hand.

`uv run python -m tests.benchmarks.cuped [users]`. Both ask through Ibis and end
with every difference, its interval and its p-value. Rounds are interleaved; the least of each is
shown, by the clock and in processor seconds.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from experiments.plan.document import Cuped, Kind, Metric, Plan, Role, Source, Unit
from experiments.plan.document import Table as Rows
from impact import engine
from impact.analysis.means import estimate_means
from impact.join.moments import moments_of
from impact.join.vector import Vector
from tests.benchmarks.lake_survival_cost import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

METRICS = 5
ROUNDS = 9
ARMS = ("control", "patient")
Differences = list[float]


def users(n: int) -> pa.Table:
    """Draw the users: an arm, five outcomes and the same five from before."""
    rng = np.random.default_rng(20261122)
    variant = rng.integers(2, size=n)
    columns: dict[str, Any] = {"variant": np.array(ARMS)[variant]}
    for number in range(METRICS):
        before = rng.gamma(2.0, 10.0, n)
        columns[f"x{number}"] = before
        columns[f"y{number}"] = 0.6 * before + rng.gamma(2.0, 5.0, n) + 0.02 * variant
    return pa.table(columns)


def plan() -> Plan:
    """Return a plan of the five means."""
    metrics = tuple(
        Metric(
            key=f"y{number}",
            role=Role.SECONDARY if number else Role.PRIMARY,
            kind=Kind.MEAN,
            source=Source(table=Rows.OBSERVATIONS, column=f"y{number}"),
            window=30,
            adjustment=Cuped(covariate=f"x{number}"),
        )
        for number in range(METRICS)
    )
    weights = tuple((arm, 5000) for arm in ARMS)
    return Plan(
        key="benchmark", unit=Unit.CUSTOMER, control=ARMS[0], weights=weights, metrics=metrics
    )


def ours(table: Table) -> Differences:
    """Ask for the moments and estimate: the raw and the adjusted difference of every metric."""
    asked = plan()
    vectors = [
        Vector(
            key=metric.key,
            names=("y", "x"),
            values=(table[metric.key], table[f"x{number}"]),
            counts=ibis.literal(True),  # noqa: FBT003
        )
        for number, metric in enumerate(asked.metrics)
    ]
    moments = moments_of(table, vectors, asked, ())
    rows = [
        row
        for metric in asked.metrics
        for row in estimate_means(asked, metric, moments[metric.key], look=None)
    ]
    return [row.value or 0.0 for row in rows if row.method == "cuped"]


def theirs(table: Table) -> Differences:
    """Ask tea-tasting for the same."""
    peer = import_module("tea_tasting")
    metrics = {f"y{number}": peer.Mean(f"y{number}", f"x{number}") for number in range(METRICS)}
    result = peer.Experiment(metrics, variant="variant").analyze(table)
    return [float(result[name].effect_size) for name in metrics]


def main(n: int) -> None:
    """Print what both take, their ratio and how far they lie apart."""
    connection = engine.connect()
    connection.con.register("users_", users(n))
    connection.con.execute("create table users as select * from users_")
    table = connection.table("users")
    sides: dict[str, Callable[[Table], Differences]] = {"ours": ours, "tea-tasting": theirs}
    least: dict[str, tuple[float, float]] = {}
    found: dict[str, Differences] = {}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            watch = Stopwatch()
            found[name] = side(table)
            lap = watch.lap("all")
            spent = (lap["all"], lap["all_processor"])
            least[name] = min(least.get(name, spent), spent)
    apart = max(abs(a - b) for a, b in zip(found["ours"], found["tea-tasting"], strict=True))
    ratio = [b / a for a, b in zip(least["ours"], least["tea-tasting"], strict=True)]
    lines = [f"{name:<12}{clock:.3f} s ({cpu:.3f})" for name, (clock, cpu) in least.items()]
    lines += [
        f"ours takes 1 / {ratio[0]:.2f} of it ({ratio[1]:.2f}); "
        f"differences lie apart by at most {apart:.1e}"
    ]
    sys.stdout.write("\n".join([f"{n:,} users, {METRICS} metrics", *lines]) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
