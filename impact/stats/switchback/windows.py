"""The difference between arms that alternate in time: windows compared within days and blocks."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.stats.clusters.comparison import LEAST_DF
from impact.stats.clusters.regression import cluster_fit
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, student_inference
from impact.stats.switchback.effects import Effects, effects_of
from impact.stats.switchback.least_squares import (
    Coefficient,
    errors_by_group,
    errors_by_window,
    first_of,
    within,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DUST = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """One entry per window of time, in their order.

    `total` of the outcome, `weight` that it is divided by (units, or a ratio's denominator), `n`
    units, `treated` whether the window had the variant, `day` a code of its day. `block` is a code
    of the windows among which its arm was drawn, such as those of one weekday and hour; None where
    that was its day. `before` says of the window before it 1 if that had the variant, 0 for
    control, -1 for another variant or unknown; None where the windows are all there were.
    """

    total: Floats
    weight: Floats
    n: Floats
    treated: NDArray[np.bool_]
    day: Integers
    block: Integers | None = None
    before: Integers | None = None

    @property
    def alternate(self) -> bool:
        """Whether any day has both arms: only then can days be taken off."""
        _, day = np.unique(self.day, return_inverse=True)
        treated = np.bincount(day, self.treated)
        return bool(((treated > 0) & (treated < np.bincount(day))).any())

    @property
    def drawn_in(self) -> Integers:
        """The codes within which arms were drawn: blocks, days, or one for all."""
        if self.block is not None:
            return self.block
        return self.day if self.alternate else np.zeros_like(self.day)

    @property
    def effects(self) -> Effects:
        """The effects of days and blocks."""
        crossed = self.block is not None and self.alternate
        return effects_of(self.weight, self.drawn_in, self.day if crossed else None)

    def chosen(self, keep: NDArray[np.bool_]) -> "Windows":
        """Return some of the windows."""
        return Windows(
            total=self.total[keep],
            weight=self.weight[keep],
            n=self.n[keep],
            treated=self.treated[keep],
            day=self.day[keep],
            block=None if self.block is None else self.block[keep],
            before=None if self.before is None else self.before[keep],
        )


def window_effect(
    windows: Windows, *, level: float, by_day: bool = False
) -> Inference | NotEstimable:
    """Return the difference with effects of days and blocks, errors between windows or days (CR2).

    A busy Monday is no effect of the arm, nor is a busy hour: where arms were drawn within blocks
    every block has an effect beside every day, and errors between days are those between groups
    of days that blocks link. Tested against Student's t with Satterthwaite's degrees of freedom;
    fewer than 5 of them are refused.

    >>> windows = Windows(total=np.array([5.0, 9, 6, 8, 4, 9, 5, 7, 6, 10, 5, 8]),
    ...     weight=np.ones(12), n=np.ones(12), treated=np.arange(12) % 2 == 1,
    ...     day=np.arange(12) // 4)
    >>> found = window_effect(windows, level=0.95)
    >>> round(found.value, 4), round(found.df, 2)
    (3.3333, 8.0)
    """
    if (reason := not_usable(windows)) is not None:
        return reason
    return tested(fitted(windows, [windows.treated], by_day=by_day), level)


def not_usable(windows: Windows) -> NotEstimable | None:
    """Return why windows cannot be compared, or None when they can.

    >>> not_usable(Windows(total=np.array([5.0, 9, 6]), weight=np.ones(3), n=np.ones(3),
    ...     treated=np.array([False, True, False]), day=np.zeros(3, dtype=np.int64))).reason
    'fewer than two windows of one of the arms'
    """
    numbers = np.concatenate([windows.total, windows.weight])
    if not np.isfinite(numbers).all():
        return NotEstimable("a number of a window is not finite")
    if (windows.weight <= 0).any():
        return NotEstimable("a window's denominator sums to zero or less")
    if min(int(windows.treated.sum()), int((~windows.treated).sum())) < 2:  # noqa: PLR2004
        return NotEstimable("fewer than two windows of one of the arms")
    return None


def tested(found: Coefficient | NotEstimable, level: float) -> Inference | NotEstimable:
    """Return the coefficient of a regression of windows with its interval and test.

    >>> found = tested(Coefficient(value=3.0, variance=2.25, df=10.0, size=9.0), 0.95)
    >>> found.statistic, round(found.p_value, 4)
    (2.0, 0.0734)
    """
    if isinstance(found, NotEstimable):
        return found
    if not found.df >= LEAST_DF:
        return NotEstimable(
            f"too few windows carry the comparison: {found.df:.1f} effective degrees of freedom, "
            f"fewer than {LEAST_DF:g}"
        )
    if found.variance <= DUST * found.size**2:
        return NotEstimable("zero variance: all windows of each arm have the same value")
    return student_inference(found.value, math.sqrt(found.variance), found.df, level=level)


def fitted(
    windows: Windows, columns: list[NDArray[np.bool_]], *, by_day: bool
) -> Coefficient | NotEstimable:
    """Fit the outcome on flags of each window and on effects of days and blocks, by window or day.

    >>> windows = Windows(total=np.array([5.0, 9, 6, 8]), weight=np.ones(4), n=np.ones(4),
    ...     treated=np.arange(4) % 2 == 1, day=np.zeros(4, dtype=np.int64))
    >>> found = fitted(windows, [windows.treated], by_day=False)
    >>> found.value, found.variance, found.df  # 17 / 2 - 11 / 2, with (1/2 + 1/2) / 2 as Student's
    (3.0, 0.5, 2.0)
    """
    flags = np.column_stack([column.astype(np.float64) for column in columns])
    data = within(flags, windows.total, windows.effects)
    if isinstance(data, NotEstimable):
        return data
    if not by_day:
        return errors_by_window(data)
    if data.effects.group.max() > 0:
        return errors_by_group(data)
    return _whole_days(windows, flags, data.size)


def _whole_days(windows: Windows, flags: Floats, size: float) -> Coefficient | NotEstimable:
    """Fit a constant and the flags by day, where no day has both arms."""
    design = np.column_stack([flags, np.ones(len(flags))])
    shares = windows.weight[:, None, None] * design[:, :, None] * design[:, None, :]
    products = (design * windows.total[:, None])[:, :, None]
    _, code = np.unique(windows.day, return_inverse=True)
    fit = cluster_fit(_summed(shares, code), _summed(products, code), int(windows.n.sum()))
    return first_of(fit, size)


def _summed(entries: Floats, code: NDArray[np.intp]) -> Floats:
    sums = np.zeros((int(code.max()) + 1, *entries.shape[1:]))
    np.add.at(sums, code, entries)
    return sums
