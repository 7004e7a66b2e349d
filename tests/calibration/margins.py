"""Worlds of guardrails at their margin that are no simple mean: a quantile, and money over time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.plan.document import Direction, Role
from tests.calibration.guardrails import at_margin
from tests.calibration.lifetimes import METRIC, followed_customers, lifetimes_in, worth
from tests.calibration.quantiles import contacts_of, handle, quantile_in, true_quantile
from tests.calibration.worlds import ARMS, SIZES, World

SHARE, LONGER = 0.9, 1.1
FIRST, LAST = 200, 600  # days between which observation ends
HAZARD_RATIO = 1.25


def talking_longer() -> World:
    """Nine in ten contacts take no longer than so many seconds, which rise to the margin."""
    level = true_quantile(SHARE, 1.0)
    margin = (LONGER - 1) * level

    def harm(rng: np.random.Generator, arm: np.ndarray) -> Mapping[str, Any]:
        value, unit = contacts_of(rng, np.log(LONGER) * (arm == 1))
        found = tuple(
            quantile_in(name, value[arm[unit] == place], unit[arm[unit] == place], SHARE)
            for place, name in enumerate(ARMS)
        )
        return {"quantiles": {"handle": found}}

    metric = replace(
        handle(SHARE), role=Role.GUARDRAIL, margin=margin, direction=Direction.DECREASE
    )
    truth = {
        ("handle", "quantile_difference"): margin,
        ("handle", "quantile", "control"): level,
        ("handle", "quantile", "patient"): level + margin,
    }
    return at_margin("quantile", metric, harm, truth, SIZES[:2])


def paying_less() -> World:
    """Customers leave faster, so that what they pay until the horizon falls by the margin."""
    margin = worth(1.0) - worth(HAZARD_RATIO)

    def harm(rng: np.random.Generator, arm: np.ndarray) -> Mapping[str, Any]:
        ratio = np.where(arm == 1, HAZARD_RATIO, 1.0)
        followed = followed_customers(rng, ratio, FIRST, LAST)
        found = tuple(
            lifetimes_in(name, *(column[arm == place] for column in followed))
            for place, name in enumerate(ARMS)
        )
        return {"lifetimes": {METRIC.key: found}}

    metric = replace(METRIC, role=Role.GUARDRAIL, margin=margin, direction=Direction.INCREASE)
    truth = {(METRIC.key, "lifetime_revenue_difference"): -margin}
    return at_margin("lifetime revenue", metric, harm, truth, SIZES[:2])


MARGINS = (talking_longer(), paying_less())
