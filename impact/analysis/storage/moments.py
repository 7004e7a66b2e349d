"""Moments of one arm as JSON values and back."""

from typing import Any

import numpy as np

from impact.analysis.sufficient import ArmAdjusted, ArmMoments, Moments


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
