"""Sums by window of time as JSON values and back."""

from typing import Any

import numpy as np

from impact.analysis.storage_arrays import clusters_from, clusters_to
from impact.analysis.sufficient import WindowCounts


def windows_to(found: WindowCounts) -> dict[str, Any]:
    """Return one metric's windows as JSON values."""
    stored = {"counts": clusters_to(found.counts), "day": found.day.tolist()}
    return stored if found.before is None else {**stored, "before": found.before.tolist()}


def windows_from(stored: dict[str, Any]) -> WindowCounts:
    """Return one metric's windows from JSON values."""
    before = stored.get("before")
    return WindowCounts(
        counts=clusters_from(stored["counts"]),
        day=np.array(stored["day"], dtype=np.int64),
        before=None if before is None else np.array(before, dtype=np.str_),
    )
