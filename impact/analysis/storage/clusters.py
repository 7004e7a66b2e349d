"""Sums by clusters, windows of time and crossing groups as JSON values and back."""

from typing import Any

import numpy as np

from impact.analysis.storage.moments import arm_moments_from, arm_moments_to
from impact.analysis.sufficient import ClusterCounts, CrossedCounts, WindowCounts


def clusters_to(counts: ClusterCounts) -> dict[str, Any]:
    """Return one metric's sums by cluster and arm as JSON values.

    >>> counts = ClusterCounts(names=("y",), cluster=np.array([0, 1]), variant=np.array(["a", "b"]),
    ...     n=np.array([12, 9]), sums=np.array([[30.5], [28.0]]))
    >>> clusters_to(counts)["cluster"], clusters_to(counts)["sums"]
    ([0, 1], [[30.5], [28.0]])
    """
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
    """Return one metric's sums by cluster and arm from JSON values.

    >>> counts = clusters_from({"segment": "all", "names": ["y", "d"], "cluster": [], "variant": [],
    ...     "n": [], "sums": [], "left_out": 4})
    >>> counts.sums.shape, counts.left_out, counts.shared
    ((0, 2), 4, False)
    """
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
    """Return one metric's windows as JSON values.

    >>> counts = ClusterCounts(names=("y",), cluster=np.array([0, 1]), variant=np.array(["a", "b"]),
    ...     n=np.array([12, 9]), sums=np.array([[30.5], [28.0]]))
    >>> stored = windows_to(WindowCounts(counts=counts, day=np.array([0, 0])))
    >>> stored["day"], sorted(stored)
    ([0, 0], ['counts', 'day'])
    """
    known = {"day": found.day, "block": found.block, "before": found.before}
    codes = {name: codes.tolist() for name, codes in known.items() if codes is not None}
    return {"counts": clusters_to(found.counts), **codes}


def windows_from(stored: dict[str, Any]) -> WindowCounts:
    """Return one metric's windows from JSON values.

    >>> counts = {"segment": "all", "names": ["y"], "cluster": [0, 1], "variant": ["a", "b"],
    ...     "n": [12, 9], "sums": [[30.5], [28.0]], "left_out": 0}
    >>> windows_from({"counts": counts, "day": [0, 0], "before": ["", "a"]}).before.tolist()
    ['', 'a']
    >>> windows_from({"counts": counts, "day": [0, 0]}).before is None
    True
    """
    block, before = stored.get("block"), stored.get("before")
    return WindowCounts(
        counts=clusters_from(stored["counts"]),
        day=np.array(stored["day"], dtype=np.int64),
        block=None if block is None else np.array(block, dtype=np.int64),
        before=None if before is None else np.array(before, dtype=np.str_),
    )


def crossed_to(counts: CrossedCounts) -> dict[str, Any]:
    """Return one ratio's sums by what crosses its units as JSON values.

    >>> groups = ClusterCounts(names=("y", "d"), cluster=np.array([0]), variant=np.array(["a"]),
    ...     n=np.array([12]), sums=np.array([[3000.0, 12.0]]))
    >>> crossed_to(CrossedCounts(pairs=(), groups=groups))["groups"]["sums"]
    [[3000.0, 12.0]]
    """
    return {
        "pairs": [arm_moments_to(arm) for arm in counts.pairs],
        "groups": clusters_to(counts.groups),
    }


def crossed_from(stored: dict[str, Any]) -> CrossedCounts:
    """Return one ratio's sums by what crosses its units from JSON values.

    >>> groups = {"segment": "all", "names": ["y", "d"], "cluster": [0], "variant": ["a"],
    ...     "n": [12], "sums": [[3000.0, 12.0]], "left_out": 0}
    >>> crossed_from({"pairs": [], "groups": groups}).groups.number("y")
    array([3000.])
    """
    return CrossedCounts(
        pairs=tuple(arm_moments_from(arm) for arm in stored["pairs"]),
        groups=clusters_from(stored["groups"]),
    )
