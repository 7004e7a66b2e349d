"""Counts and sums of one arm from JSON values, as `fields_to` stored them."""

from typing import Any

import numpy as np

from impact.analysis.sufficient import ArmAnswers, ArmLifetime


def answers_from(stored: dict[str, Any]) -> ArmAnswers:
    """Return one arm's answers from JSON values.

    >>> stored = {"variant": "a", "asked": 9, "values": [1.0, 5.0], "counts": [2, 3],
    ...     "cells": ["all"], "units": [10], "answered": [5], "means": [3.4], "squares": [19.2]}
    >>> found = answers_from(stored)
    >>> found.variant, found.counts, found.cells
    ('a', array([2, 3]), ('all',))
    """
    whole = ("counts", "units", "answered")
    counts = {name: np.array(stored[name], dtype=np.int64) for name in whole}
    parts = ("values", "means", "squares")
    numbers = {name: np.array(stored[name], dtype=np.float64) for name in parts}
    return ArmAnswers(**{**stored, **counts, **numbers, "cells": tuple(stored["cells"])})


def lifetime_from(stored: dict[str, Any]) -> ArmLifetime:
    """Return one arm's lifetime revenue from JSON values.

    >>> found = lifetime_from({"variant": "a", "segment": "all", "horizon": 90, "time": [40, 90],
    ...     "complete": [False, True], "churned": [False, False], "n": [3, 7],
    ...     "earned": [20.0, 61.5], "squares": [8.0, 90.0], "known": [30, 90],
    ...     "paid": [200.0, 240.0]})
    >>> found.horizon, found.complete, found.paid
    (90, array([False,  True]), array([200., 240.]))
    """
    counts = {name: np.array(stored[name], dtype=np.int64) for name in ("time", "n", "known")}
    flags = {name: np.array(stored[name], dtype=np.bool_) for name in ("complete", "churned")}
    amounts = ("earned", "squares", "paid")
    numbers = {name: np.array(stored[name], dtype=np.float64) for name in amounts}
    return ArmLifetime(**{**stored, **counts, **flags, **numbers})
