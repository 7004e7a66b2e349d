"""From units in arms to counts and sums of those that are identical or alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.analysis.sufficient import ClusterCounts, SurvivalCounts
from impact.simulation.trials.outcomes import Floats, Integers, Texts, Times, Values

OUTSIDE = -1  # the arm of a unit that does not take part
NO_CLUSTER = -1
Column = NDArray[np.str_] | NDArray[np.int64] | Floats


def survival_of(times: Times, arms: Integers, variants: Texts) -> SurvivalCounts:
    """Count identical rows, of the units that take part.

    >>> times = Times(time=np.array([30, 30, 9, 30]), event=np.array([0, 0, 1, 0]),
    ...     end=np.full(4, 30))
    >>> counts = survival_of(times, np.array([0, 0, 1, OUTSIDE]), np.array(["a", "b"]))
    >>> counts.variant.tolist(), counts.time.tolist(), counts.n.tolist()
    (['a', 'b'], [30, 9], [2, 1])
    """
    columns: dict[str, Column] = {"arm": arms, "time": times.time, "event": times.event}
    further: dict[str, Column] = {**times.covariates, **times.strata, **times.clusters}
    columns |= {f"of {name}": column for name, column in further.items()}
    columns |= {} if times.cause is None else {"cause": times.cause}
    columns |= {} if times.entry is None else {"entry": times.entry}
    cells, n = identical({name: column[arms != OUTSIDE] for name, column in columns.items()})
    return SurvivalCounts(
        variant=variants[cells["arm"]],
        time=cells["time"],
        event=cells["event"],
        n=n,
        covariates={name: cells[f"of {name}"] for name in times.covariates},
        strata={name: cells[f"of {name}"] for name in times.strata},
        clusters={name: cells[f"of {name}"] for name in times.clusters},
        cause=cells.get("cause"),
        entry=cells.get("entry"),
    )


def identical(columns: Mapping[str, Column]) -> tuple[dict[str, NDArray[Any]], Integers]:
    """Return the distinct rows of columns of one length, and how often each is there.

    Labels are numbered, so that a row is one integer.

    >>> cells, n = identical({"arm": np.array([0, 1, 0]), "day": np.array([3, 3, 3])})
    >>> cells["arm"].tolist(), cells["day"].tolist(), n.tolist()
    ([0, 1], [3, 3], [2, 1])
    """
    labels = {name: np.unique(column, return_inverse=True) for name, column in columns.items()}
    codes: Integers = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
    for known, number in labels.values():
        codes = codes * max(len(known), 1) + number
    found, n = np.unique(codes, return_counts=True)
    cells: dict[str, NDArray[Any]] = {}
    for name, (known, _) in reversed(labels.items()):
        found, number = np.divmod(found, max(len(known), 1))
        cells[name] = known[number]
    return cells, n.astype(np.int64)


def clusters_of(values: Values, arms: Integers, variants: Texts) -> ClusterCounts:
    """Add up a metric's numbers by cluster and arm, with a covariate's products.

    >>> values = Values(names=("y",), numbers=np.array([[5.0], [7], [6]]), counts=np.full(3, True),
    ...     cluster=np.array([0, 0, NO_CLUSTER]))
    >>> counts = clusters_of(values, np.array([0, 0, 1]), np.array(["a", "b"]))
    >>> counts.sums.tolist(), counts.n.tolist(), counts.left_out
    ([[12.0]], [2], 1)
    """
    cluster = np.full(len(arms), NO_CLUSTER) if values.cluster is None else values.cluster
    taking_part = values.complete & (arms != OUTSIDE)
    known = taking_part & (cluster != NO_CLUSTER)
    numbers = _with_products(values, known)
    keys = arms[known] + len(variants) * cluster[known]
    found, place = np.unique(keys, return_inverse=True)
    sums = np.column_stack([np.bincount(place, weights=column) for column in numbers.values()])
    cluster_of_key, arm = np.divmod(found, len(variants))
    return ClusterCounts(
        names=tuple(numbers),
        cluster=cluster_of_key.astype(np.int64),
        variant=variants[arm],
        n=np.bincount(place).astype(np.int64),
        sums=np.asarray(sums, dtype=np.float64),
        left_out=int(taking_part.sum() - known.sum()),
    )


def _with_products(values: Values, known: NDArray[np.bool_]) -> dict[str, Floats]:
    numbers: dict[str, Floats] = {
        name: values.column(name)[known] for name in ("y", "d", "x") if name in values.names
    }
    if "x" in numbers:
        numbers |= {"xy": numbers["x"] * numbers["y"], "xx": numbers["x"] ** 2}
    return numbers
