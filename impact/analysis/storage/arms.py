"""Counts and sums of one arm from JSON values, as `fields_to` stored them."""

from typing import Any

import numpy as np

from impact.analysis.sufficient import ArmAnswers, ArmLifetime


def answers_from(stored: dict[str, Any]) -> ArmAnswers:
    """Return one arm's answers from JSON values."""
    whole = ("counts", "units", "answered")
    counts = {name: np.array(stored[name], dtype=np.int64) for name in whole}
    parts = ("values", "means", "squares")
    numbers = {name: np.array(stored[name], dtype=np.float64) for name in parts}
    return ArmAnswers(**{**stored, **counts, **numbers, "cells": tuple(stored["cells"])})


def lifetime_from(stored: dict[str, Any]) -> ArmLifetime:
    """Return one arm's lifetime revenue from JSON values."""
    counts = {name: np.array(stored[name], dtype=np.int64) for name in ("time", "n", "known")}
    flags = {name: np.array(stored[name], dtype=np.bool_) for name in ("complete", "churned")}
    amounts = ("earned", "squares", "paid")
    numbers = {name: np.array(stored[name], dtype=np.float64) for name in amounts}
    return ArmLifetime(**{**stored, **counts, **flags, **numbers})
