"""The arrays of sufficient statistics as JSON values and back, with their types."""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.analysis.sufficient import (
    ArmAdjusted,
    ArmAnswers,
    ArmLifetime,
    ArmMoments,
    ClusterCounts,
    Floats,
    Moments,
    SurvivalCounts,
)

NUMBERS, LABELS = "numbers", "labels"


def arm_moments_to(arm: ArmMoments) -> dict[str, Any]:
    """Return one arm's moments as JSON values."""
    return {
        "variant": arm.variant,
        "segment": arm.segment,
        "names": arm.moments.names,
        "n": int(arm.moments.n),
        "means": arm.moments.means.tolist(),
        "cross": arm.moments.cross.tolist(),
    }


def arm_moments_from(stored: dict[str, Any]) -> ArmMoments:
    """Return one arm's moments from JSON values."""
    size = len(stored["names"])
    moments = Moments(
        names=tuple(stored["names"]),
        n=stored["n"],
        means=np.array(stored["means"], dtype=np.float64).reshape(size),
        cross=np.array(stored["cross"], dtype=np.float64).reshape(size, size),
    )
    return ArmMoments(variant=stored["variant"], segment=stored["segment"], moments=moments)


def clusters_to(counts: ClusterCounts) -> dict[str, Any]:
    """Return one metric's sums by cluster and arm as JSON values."""
    return {
        "segment": counts.segment,
        "names": counts.names,
        "cluster": counts.cluster.tolist(),
        "variant": counts.variant.tolist(),
        "n": counts.n.tolist(),
        "sums": counts.sums.tolist(),
        "left_out": counts.left_out,
        "shared": counts.shared,
    }


def clusters_from(stored: dict[str, Any]) -> ClusterCounts:
    """Return one metric's sums by cluster and arm from JSON values."""
    size = len(stored["cluster"])
    return ClusterCounts(
        segment=stored["segment"],
        names=tuple(stored["names"]),
        cluster=np.array(stored["cluster"], dtype=np.int64),
        variant=np.array(stored["variant"], dtype=np.str_),
        n=np.array(stored["n"], dtype=np.int64),
        sums=np.array(stored["sums"], dtype=np.float64).reshape(size, len(stored["names"])),
        left_out=stored["left_out"],
        shared=stored.get("shared", False),
    )


def adjusted_to(arm: ArmAdjusted) -> dict[str, Any]:
    """Return one arm of an adjusted mean as JSON values."""
    moments = arm_moments_to(
        ArmMoments(variant=arm.variant, segment=arm.segment, moments=arm.moments)
    )
    return {**moments, "squared_error": arm.squared_error, "reason": arm.reason}


def adjusted_from(stored: dict[str, Any]) -> ArmAdjusted:
    """Return one arm of an adjusted mean from JSON values."""
    arm = arm_moments_from(stored)
    return ArmAdjusted(
        variant=arm.variant,
        segment=arm.segment,
        moments=arm.moments,
        squared_error=stored["squared_error"],
        reason=stored["reason"],
    )


def answers_to(arm: ArmAnswers) -> dict[str, Any]:
    """Return one arm's answers as JSON values."""
    values = {field.name: getattr(arm, field.name) for field in fields(arm)}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


def answers_from(stored: dict[str, Any]) -> ArmAnswers:
    """Return one arm's answers from JSON values."""
    whole = ("counts", "units", "answered")
    counts = {name: np.array(stored[name], dtype=np.int64) for name in whole}
    parts = ("values", "means", "squares")
    numbers = {name: np.array(stored[name], dtype=np.float64) for name in parts}
    return ArmAnswers(**{**stored, **counts, **numbers, "cells": tuple(stored["cells"])})


def survival_to(counts: SurvivalCounts) -> dict[str, Any]:
    """Return one metric's cells as JSON values."""
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
    """Return one metric's cells from JSON values."""
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


def lifetime_to(arm: ArmLifetime) -> dict[str, Any]:
    """Return one arm's lifetime revenue as JSON values."""
    values = {field.name: getattr(arm, field.name) for field in fields(arm)}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


def lifetime_from(stored: dict[str, Any]) -> ArmLifetime:
    """Return one arm's lifetime revenue from JSON values."""
    counts = {name: np.array(stored[name], dtype=np.int64) for name in ("time", "n", "known")}
    flags = {name: np.array(stored[name], dtype=np.bool_) for name in ("complete", "churned")}
    amounts = ("earned", "squares", "paid")
    numbers = {name: np.array(stored[name], dtype=np.float64) for name in amounts}
    return ArmLifetime(**{**stored, **counts, **flags, **numbers})


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
