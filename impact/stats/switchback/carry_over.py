"""What the window before still does to this one: the test of a switchback's burn-in."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.switchback.windows import (
    Floats,
    Integers,
    Windows,
    fitted,
    not_usable,
    tested,
)

Labels = NDArray[np.str_]

APART = 1.5  # times the usual distance between windows: more has had another window between
UNKNOWN = ""


def carry_over(windows: Windows, *, level: float) -> Inference | NotEstimable:
    """Return what the arm of the window before still does to this one, beside this one's own.

    Windows whose `before` is neither arm are left out, as the first of each day. Zero where burn-in
    is long enough; otherwise neither arm is seen without some of the other.

    >>> treated = np.array([0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1]) == 1
    >>> day = np.arange(15) // 5
    >>> after = np.append(False, treated[:-1]) & (np.arange(15) % 5 > 0)
    >>> total = 5 + 3 * treated + 2 * after + day + np.tile([0, 1, 0, -1, 0], 3)  # 2 carries over
    >>> found = carry_over(Windows(total=total, weight=np.ones(15), n=np.ones(15), treated=treated,
    ...                            day=day), level=0.95)
    >>> found.value, round(found.std_error, 4), round(found.p_value, 4)
    (1.71875, 0.5956, 0.0258)
    """
    if (reason := not_usable(windows)) is not None:
        return reason
    before = _in_order(windows) if windows.before is None else windows.before
    known = before >= 0
    later = windows.chosen(known)
    if (reason := not_usable(later)) is not None:
        return reason
    return tested(fitted(later, [before[known] == 1, later.treated], by_day=False), level)


def preceding(began: ArrayLike, day: ArrayLike, arm: ArrayLike) -> Labels:
    """Return the arm of the window before each one in time, "" where it is unknown.

    One entry per window, in the order of time: the minute it `began`, a code of its `day`, its
    `arm` ("" for one of several). It is unknown at the beginning of a day, and where a window comes
    so late after the one before that another, of which nothing was recorded, lay between.

    >>> preceding([0, 60, 120, 240, 300], [0, 0, 0, 0, 0], ["a", "b", "b", "a", "b"]).tolist()
    ['', 'a', 'b', '', 'a']
    """
    minute, days = np.asarray(began, dtype=np.float64), np.asarray(day)
    labels = np.asarray(arm, dtype=np.str_)
    found = np.full(labels.size, UNKNOWN, dtype=labels.dtype)
    follows = _follows(minute, days)
    found[1:][follows] = labels[:-1][follows]
    return found


def _follows(minute: Floats, days: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Whether each window but the first comes right after the one before it."""
    same = days[1:] == days[:-1]
    apart = np.diff(minute)
    usual = float(np.median(apart[same])) if same.any() else 0.0
    return np.asarray(same & (apart <= APART * usual))


def _in_order(windows: Windows) -> Integers:
    """Take each window for the one before the next, of its day."""
    same = np.concatenate([[False], windows.day[1:] == windows.day[:-1]])
    before = np.concatenate([[0], windows.treated[:-1].astype(np.int64)])
    return np.where(same, before, -1)
