"""The simulated year: its first day, how long it is seen, and how days and seconds become instants.

Days count from 0 at `FIRST_DAY`; the centre keeps UTC. Contacts arrive between 08:00 and 20:00,
and a churn takes effect late on its day, after that day's contacts.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Instants = NDArray[np.datetime64]

FIRST_DAY = datetime(2025, 10, 1, tzinfo=UTC)
OBSERVED_DAYS = 365
HORIZON_DAYS = 180
SIMULATED_DAYS = OBSERVED_DAYS + HORIZON_DAYS
LAST_INSTANT = FIRST_DAY + timedelta(days=OBSERVED_DAYS)

WEEKDAY_SHARE = np.array([1.26, 1.14, 1.08, 1.05, 1.10, 0.82, 0.55])  # Monday first
FIRST_HOUR = 8
HOUR_SHARE = np.array([0.7, 1.1, 1.35, 1.3, 1.05, 0.9, 1.0, 1.1, 1.15, 1.05, 0.8, 0.5])
CHURN_SECOND = 21 * 3600
DAY_SECONDS = 86_400


def instant(day: int) -> datetime:
    """Return the midnight at which simulated day `day` begins.

    >>> instant(90).date().isoformat()
    '2025-12-30'
    """
    return FIRST_DAY + timedelta(days=day)


def instants(day: Integers, second: Integers) -> Instants:
    """Return UTC instants, as datetime64[us] without a zone, of seconds after midnight of days.

    >>> str(instants(np.array([1]), np.array([3600]))[0])
    '2025-10-02T01:00:00.000000'
    """
    start = np.datetime64(FIRST_DAY.replace(tzinfo=None), "us")
    seconds = day.astype(np.int64) * DAY_SECONDS + second.astype(np.int64)
    return start + (seconds * 1_000_000).astype("timedelta64[us]")


def weekday(day: Integers) -> Integers:
    """Return 0 for Monday to 6 for Sunday.

    >>> FIRST_DAY.strftime("%A"), weekday(np.array([0, 4, 5, 7])).tolist()
    ('Wednesday', [2, 6, 0, 2])
    """
    return (day + FIRST_DAY.weekday()) % 7
