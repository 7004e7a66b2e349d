"""Customers: what is known of them, how often they call and how likely they leave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]

TIERS = np.array(["basic", "plus", "pro"])
TIER_SHARE = (0.50, 0.33, 0.17)
TIER_PRICE = np.array([19.90, 34.90, 59.90])  # EUR a month
TIER_CONTACTS = np.array([0.95, 1.0, 1.15])
REGIONS = np.array(["east", "north", "south", "west"])
REGION_SHARE = (0.20, 0.30, 0.27, 0.23)
PREPAID_SHARE = 0.28
MONTHLY_HAZARD_POSTPAID = 0.0095
MONTHLY_HAZARD_PREPAID = 0.0185
CONTACTS_A_YEAR = 0.95  # first contacts; calls after an unresolved one come on top
NEW_MONTHS, LOYAL_MONTHS = 6, 48
NEW_FACTOR, LOYAL_FACTOR = 1.4, 0.8
FRAILTY_SHAPE = 4.0  # gamma with mean 1: what makes customers differ beyond their attributes
CALLING_SHAPE = 2.0
DAYS_A_MONTH = 30.4375
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """All customers, one entry per customer in each array.

    `daily_hazard` is the hazard of leaving without any recent contact; `contacts_a_day` the rate
    of first contacts; `monthly_price` EUR; `churn_threshold` the cumulative hazard at which the
    customer leaves, a unit exponential draw.
    """

    tier: Labels
    region: Labels
    payment: Labels
    tenure_months: NDArray[np.int64]
    daily_hazard: Floats
    contacts_a_day: Floats
    monthly_price: Floats
    churn_threshold: Floats

    @property
    def size(self) -> int:
        """How many customers there are."""
        return len(self.tier)


def draw_population(size: int, rng: np.random.Generator) -> Population:
    """Return `size` customers who are all there on the first day.

    >>> found = draw_population(1000, np.random.default_rng(1))
    >>> found.size, sorted(set(found.payment.tolist()))
    (1000, ['postpaid', 'prepaid'])
    >>> round(float((found.tier == "basic").mean()), 2)
    0.51
    """
    tier = rng.choice(len(TIERS), size=size, p=TIER_SHARE)
    prepaid = rng.random(size) < PREPAID_SHARE
    tenure = np.floor(rng.gamma(1.3, 26.0, size)).astype(np.int64)
    return Population(
        tier=TIERS[tier],
        region=REGIONS[rng.choice(len(REGIONS), size=size, p=REGION_SHARE)],
        payment=np.where(prepaid, "prepaid", "postpaid"),
        tenure_months=tenure,
        daily_hazard=_daily_hazard(prepaid, tenure) * _frailty(FRAILTY_SHAPE, size, rng),
        contacts_a_day=CONTACTS_A_YEAR
        / DAYS_A_YEAR
        * TIER_CONTACTS[tier]
        * _frailty(CALLING_SHAPE, size, rng),
        monthly_price=np.round(TIER_PRICE[tier] * np.where(prepaid, 0.8, 1.0), 2),
        churn_threshold=rng.exponential(size=size),
    )


def _daily_hazard(prepaid: NDArray[np.bool_], tenure: NDArray[np.int64]) -> Floats:
    monthly = np.where(prepaid, MONTHLY_HAZARD_PREPAID, MONTHLY_HAZARD_POSTPAID)
    age = np.select([tenure < NEW_MONTHS, tenure >= LOYAL_MONTHS], [NEW_FACTOR, LOYAL_FACTOR], 1.0)
    return np.asarray(monthly * age / DAYS_A_MONTH)


def _frailty(shape: float, size: int, rng: np.random.Generator) -> Floats:
    return rng.gamma(shape, 1 / shape, size)
