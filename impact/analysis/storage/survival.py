"""Customers counted by identical rows as JSON values and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.analysis.sufficient import Floats, SurvivalCounts

NUMBERS, LABELS = "numbers", "labels"


def survival_to(counts: SurvivalCounts) -> dict[str, Any]:
    """Return one metric's cells as JSON values.

    >>> counts = SurvivalCounts(variant=np.array(["a", "b"]), time=np.array([30, 12]),
    ...     event=np.array([0, 1]), n=np.array([80, 5]), covariates={"age": np.array([41, np.nan])})
    >>> survival_to(counts)["time"], survival_to(counts)["covariates"]
    ([30, 12], [['age', {'numbers': [41.0, None]}]])
    """
    return {
        "segment": counts.segment,
        "variant": counts.variant.tolist(),
        "time": counts.time.tolist(),
        "event": counts.event.tolist(),
        "n": counts.n.tolist(),
        "covariates": [[name, _column_to(values)] for name, values in counts.covariates.items()],
        "strata": [[name, _column_to(values)] for name, values in counts.strata.items()],
        **_further(counts),
    }


def survival_from(stored: dict[str, Any]) -> SurvivalCounts:
    """Return one metric's cells from JSON values.

    >>> counts = survival_from({"segment": "all", "variant": ["a", "b"], "time": [30, 12],
    ...     "event": [0, 1], "n": [80, 5], "covariates": [["age", {"numbers": [41.0, None]}]],
    ...     "strata": [["region", {"labels": ["north", "south"]}]]})
    >>> counts.covariates["age"], counts.strata["region"].tolist(), counts.cause is None
    (array([41., nan]), ['north', 'south'], True)
    """
    return SurvivalCounts(
        segment=stored["segment"],
        variant=np.array(stored["variant"], dtype=np.str_),
        time=np.array(stored["time"], dtype=np.int64),
        event=np.array(stored["event"], dtype=np.int64),
        n=np.array(stored["n"], dtype=np.int64),
        covariates={name: _column_from(column) for name, column in stored["covariates"]},
        strata={name: np.array(column[LABELS], dtype=np.str_) for name, column in stored["strata"]},
        clusters={
            name: np.array(codes, dtype=np.int64) for name, codes in stored.get("clusters", [])
        },
        cause=np.array(stored["cause"], dtype=np.str_) if "cause" in stored else None,
        entry=np.array(stored["entry"], dtype=np.int64) if "entry" in stored else None,
    )


def _further(counts: SurvivalCounts) -> dict[str, Any]:
    """Return what not every plan asks for: absent, so that what was stored before is the same."""
    clusters = [[name, codes.tolist()] for name, codes in counts.clusters.items()]
    further = {
        "clusters": clusters or None,
        "cause": None if counts.cause is None else counts.cause.tolist(),
        "entry": None if counts.entry is None else counts.entry.tolist(),
    }
    return {name: values for name, values in further.items() if values is not None}


def _column_to(values: NDArray[np.str_] | Floats) -> dict[str, Any]:
    """Return a column as JSON values; a missing number (NaN) becomes null."""
    if not np.issubdtype(values.dtype, np.number):
        return {LABELS: values.tolist()}
    missing = np.isnan(values.astype(np.float64))
    pairs = zip(values.tolist(), missing.tolist(), strict=True)
    return {NUMBERS: [None if absent else value for value, absent in pairs]}


def _column_from(column: dict[str, Any]) -> NDArray[np.str_] | Floats:
    if NUMBERS in column:
        return np.array(column[NUMBERS], dtype=np.float64)
    return np.array(column[LABELS], dtype=np.str_)
