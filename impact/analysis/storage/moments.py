"""Moments of one arm as JSON values and back."""

from typing import Any

import numpy as np

from impact.analysis.sufficient import ArmAdjusted, ArmMoments, Moments


def arm_moments_to(arm: ArmMoments) -> dict[str, Any]:
    """Return one arm's moments as JSON values.

    >>> moments = Moments(names=("y",), n=3, means=np.array([2.0]), cross=np.array([[8.0]]))
    >>> arm_moments_to(ArmMoments(variant="a", moments=moments))
    {'variant': 'a', 'segment': 'all', 'names': ('y',), 'n': 3, 'means': [2.0], 'cross': [[8.0]]}
    """
    return {
        "variant": arm.variant,
        "segment": arm.segment,
        "names": arm.moments.names,
        "n": int(arm.moments.n),
        "means": arm.moments.means.tolist(),
        "cross": arm.moments.cross.tolist(),
    }


def arm_moments_from(stored: dict[str, Any]) -> ArmMoments:
    """Return one arm's moments from JSON values.

    >>> arm = arm_moments_from({"variant": "a", "segment": "all", "names": ["y", "x"], "n": 3,
    ...     "means": [2.0, 1.0], "cross": [[8.0, 2.0], [2.0, 6.0]]})
    >>> arm.moments.names, arm.moments.cross.shape
    (('y', 'x'), (2, 2))
    """
    size = len(stored["names"])
    moments = Moments(
        names=tuple(stored["names"]),
        n=stored["n"],
        means=np.array(stored["means"], dtype=np.float64).reshape(size),
        cross=np.array(stored["cross"], dtype=np.float64).reshape(size, size),
    )
    return ArmMoments(variant=stored["variant"], segment=stored["segment"], moments=moments)


def adjusted_to(arm: ArmAdjusted) -> dict[str, Any]:
    """Return one arm of an adjusted mean as JSON values.

    >>> moments = Moments(names=("y",), n=1, means=np.array([2.0]), cross=np.zeros((1, 1)))
    >>> stored = adjusted_to(ArmAdjusted(variant="a", moments=moments, reason="one unit"))
    >>> stored["means"], stored["squared_error"], stored["reason"]
    ([2.0], None, 'one unit')
    """
    moments = arm_moments_to(
        ArmMoments(variant=arm.variant, segment=arm.segment, moments=arm.moments)
    )
    return {**moments, "squared_error": arm.squared_error, "reason": arm.reason}


def adjusted_from(stored: dict[str, Any]) -> ArmAdjusted:
    """Return one arm of an adjusted mean from JSON values.

    >>> arm = adjusted_from({"variant": "a", "segment": "all", "names": ["y"], "n": 3,
    ...     "means": [2.0], "cross": [[8.0]], "squared_error": 1.3, "reason": ""})
    >>> arm.moments.n, arm.squared_error
    (3, 1.3)
    """
    arm = arm_moments_from(stored)
    return ArmAdjusted(
        variant=arm.variant,
        segment=arm.segment,
        moments=arm.moments,
        squared_error=stored["squared_error"],
        reason=stored["reason"],
    )
