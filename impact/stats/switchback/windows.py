"""The difference between arms that alternate in time: windows compared within their days."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.stats.clusters.comparison import LEAST_DF
from impact.stats.clusters.regression import (
    ClusterFit,
    Correction,
    cluster_covariance,
    cluster_fit,
    satterthwaite_df,
)
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, student_inference

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DUST = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """One entry per window of time, in their order.

    `total` of the outcome, `weight` that it is divided by (units, or a ratio's denominator), `n`
    units, `treated` whether the window had the variant, `day` a code of its day. `before` says of
    the window before it 1 if that had the variant, 0 for control, -1 for another variant or
    unknown; None where the windows are all there were.
    """

    total: Floats
    weight: Floats
    n: Floats
    treated: NDArray[np.bool_]
    day: Integers
    before: Integers | None = None

    @property
    def mixed(self) -> Integers:
        """The days, or one code for all where no day has both arms: then days cannot be equal."""
        for day in np.unique(self.day):
            if 0 < self.treated[self.day == day].mean() < 1:
                return self.day
        return np.zeros_like(self.day)

    def chosen(self, keep: NDArray[np.bool_]) -> "Windows":
        """Return some of the windows."""
        return Windows(
            total=self.total[keep],
            weight=self.weight[keep],
            n=self.n[keep],
            treated=self.treated[keep],
            day=self.day[keep],
            before=None if self.before is None else self.before[keep],
        )


def window_effect(
    windows: Windows, *, level: float, by_day: bool = False
) -> Inference | NotEstimable:
    """Return the difference with day effects, its errors between windows or between days (CR2).

    Units are compared within their day: a busy Monday is no effect of the arm. Tested against
    Student's t with Satterthwaite's degrees of freedom; fewer than 5 of them are refused.

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
    """Return why windows cannot be compared, or None when they can."""
    numbers = np.concatenate([windows.total, windows.weight])
    if not np.isfinite(numbers).all():
        return NotEstimable("a number of a window is not finite")
    if (windows.weight <= 0).any():
        return NotEstimable("a window's denominator sums to zero or less")
    if min(int(windows.treated.sum()), int((~windows.treated).sum())) < 2:  # noqa: PLR2004
        return NotEstimable("fewer than two windows of one of the arms")
    return None


def tested(fit: ClusterFit | NotEstimable, level: float) -> Inference | NotEstimable:
    """Return the first coefficient of a regression of windows with its interval and test."""
    if isinstance(fit, NotEstimable):
        return fit
    contrast = np.zeros(fit.root.shape[0])
    contrast[0] = 1.0
    df = satterthwaite_df(fit, contrast)
    if not df >= LEAST_DF:
        return NotEstimable(
            f"too few windows carry the comparison: {df:.1f} effective degrees of freedom, "
            f"fewer than {LEAST_DF:g}"
        )
    variance = float(cluster_covariance(fit, contrast, Correction.CR2)[0, 0])
    value = float(fit.coefficients[0, 0])
    if variance <= DUST * float(np.abs(fit.coefficients).max()) ** 2:
        return NotEstimable("zero variance: all windows of each arm have the same value")
    return student_inference(value, math.sqrt(variance), df, level=level)


def fitted(
    windows: Windows, columns: list[NDArray[np.bool_]], *, by_day: bool
) -> ClusterFit | NotEstimable:
    """Fit the outcome on flags of each window and on day effects, by window or by day."""
    _, day = np.unique(windows.mixed, return_inverse=True)
    effects = np.eye(int(day.max()) + 1)[day]
    design = np.column_stack([*(column.astype(np.float64) for column in columns), effects])
    shares = windows.weight[:, None, None] * design[:, :, None] * design[:, None, :]
    products = (design * windows.total[:, None])[:, :, None]
    if by_day:
        _, code = np.unique(windows.day, return_inverse=True)
        shares, products = _summed(shares, code), _summed(products, code)
    return cluster_fit(shares, products, int(windows.n.sum()))


def _summed(entries: Floats, code: NDArray[np.intp]) -> Floats:
    sums = np.zeros((int(code.max()) + 1, *entries.shape[1:]))
    np.add.at(sums, code, entries)
    return sums
