"""Sums by clusters, windows of time and crossing groups as JSON values and back."""

from typing import Any

import numpy as np

from impact.analysis.storage.moments import arm_moments_from, arm_moments_to
from impact.analysis.sufficient import ClusterCounts, CrossedCounts, WindowCounts


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


def windows_to(found: WindowCounts) -> dict[str, Any]:
    """Return one metric's windows as JSON values."""
    known = {"day": found.day, "block": found.block, "before": found.before}
    codes = {name: codes.tolist() for name, codes in known.items() if codes is not None}
    return {"counts": clusters_to(found.counts), **codes}


def windows_from(stored: dict[str, Any]) -> WindowCounts:
    """Return one metric's windows from JSON values."""
    block, before = stored.get("block"), stored.get("before")
    return WindowCounts(
        counts=clusters_from(stored["counts"]),
        day=np.array(stored["day"], dtype=np.int64),
        block=None if block is None else np.array(block, dtype=np.int64),
        before=None if before is None else np.array(before, dtype=np.str_),
    )


def crossed_to(counts: CrossedCounts) -> dict[str, Any]:
    """Return one ratio's sums by what crosses its units as JSON values."""
    return {
        "pairs": [arm_moments_to(arm) for arm in counts.pairs],
        "groups": clusters_to(counts.groups),
    }


def crossed_from(stored: dict[str, Any]) -> CrossedCounts:
    """Return one ratio's sums by what crosses its units from JSON values."""
    return CrossedCounts(
        pairs=tuple(arm_moments_from(arm) for arm in stored["pairs"]),
        groups=clusters_from(stored["groups"]),
    )
