"""Rows and curves as a look allows them: an interval that is valid under looking, or none.

Methods compute at the level that the bound asks for. A row that bears another level was not made
for looking and loses its interval, whichever method made it. Before the planned end whatever a
fixed-sample p-value could be worked out from is left out as well.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from scipy import special

from experiments.plan.document import Plan
from impact.analysis.estimates import Curve, CurvePoint, Estimate
from impact.analysis.looks.bounds import FEWEST, Bound, nominal_level
from impact.analysis.looks.wording import NO_INTERVAL, NO_SPREAD, NO_TEST
from impact.analysis.notes import joined
from impact.analysis.sufficient import ALL
from impact.stats.estimable import NotEstimable

CHI_SQUARES = frozenset({"log_rank", "gray", "likelihood_ratio"})
CHI_SQUARE_METHODS = frozenset({"newcombe"})
DIAGNOSTICS = frozenset({"proportional_hazards"})  # of the model: no effect, nothing stops for it
SPREAD = "standard_deviation"  # with it the means of two arms give their test away
TOO_FEW = NotEstimable(f"fewer than {FEWEST} units")
# Their statistics do not grow by independent increments.
DEPENDENT = frozenset({"fleming_harrington", "gray", "stratified_gray"})
ONCE = "read at the planned end alone, where the bound is no less strict than without looks"
SEVERAL = "no p-value under looking for several arms or terms at once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What the bound of one metric allows. `look` is None from the planned end on."""

    plan: Plan
    bound: Bound | NotEstimable | None
    look: int | None

    @property
    def computed(self) -> Plan:
        """The plan with the confidence level at which intervals are computed."""
        if self.bound is None or isinstance(self.bound, NotEstimable):
            return self.plan
        return replace(self.plan, confidence_level=nominal_level(self.bound))

    def rows(self, estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
        """Return the rows with the intervals and p-values that hold under looking.

        >>> from experiments.plan.reading import read_plan
        >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000,
        ... b: 5000}, looks: {planned_end: 2026-12-01}, metrics: [{key: visits, role: primary,
        ... kind: mean, source: contacts, window: 30}]}''')
        >>> row = Estimate(metric="visits", kind="mean", method="welch", quantity="mean_difference",
        ...     value=1.0, std_error=0.5, ci_low=0.02, ci_high=1.98, look=1, note="interim")
        >>> (shown,) = Showing(plan=plan, bound=NotEstimable("no rule"), look=1).rows([row])
        >>> shown.value, shown.std_error, shown.ci_low, shown.note
        (1.0, None, None, 'interim; no interval: no rule')
        """
        return tuple(self._row(estimate) for estimate in estimates)

    def curves(self, curves: Iterable[Curve]) -> tuple[Curve, ...]:
        """Return the curves, without bands where none is valid."""
        if not isinstance(self.bound, NotEstimable):
            return tuple(curves)
        return tuple(
            replace(curve, points=tuple(_bare(point) for point in curve.points)) for curve in curves
        )

    def _row(self, estimate: Estimate) -> Estimate:
        match self.bound:
            case None:
                return estimate
            case NotEstimable():
                return _without_interval(estimate, self.bound)
            case _:
                return self._valid(estimate, self.bound)

    def _valid(self, estimate: Estimate, bound: Bound) -> Estimate:
        if _is_small(estimate):
            return _without_interval(estimate, TOO_FEW)
        p_value, note = _p_value(estimate, bound)
        found = replace(estimate, p_value=p_value, note=joined(estimate.note, note))
        if _has_interval(estimate):
            if estimate.confidence_level != nominal_level(bound):
                return _without_interval(estimate, NotEstimable("not made for looking"))
            found = replace(found, confidence_level=self.plan.confidence_level)
        return found if self.look is None else _without_test(found)


def hidden(estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
    """Return the rows without any p-value before the planned end.

    >>> row = Estimate(metric="paid", kind="mean", method="welch", quantity="mean_difference",
    ...     value=3.0, p_value=0.01)
    >>> [found.p_value for found in hidden([row, replace(row, look=1)])]
    [0.01, None]
    """
    return tuple(
        row if row.look is None else replace(row, p_value=None, p_value_adjusted=None)
        for row in estimates
    )


def _has_interval(row: Estimate) -> bool:
    """Whether the row has limits, or a set of them."""
    return row.ci_low is not None or row.ci_high is not None or bool(row.ci_set)


def _p_value(row: Estimate, bound: Bound) -> tuple[float | None, str]:
    """Return the p-value that holds under looking, and a remark where there is none."""
    if row.quantity in DIAGNOSTICS:
        return row.p_value, ""
    if (row.statistic is None and row.p_value is None) or row.segment != ALL:
        return None, ""
    if row.quantity in CHI_SQUARES and row.df != 1:
        return None, SEVERAL
    is_once = row.method in DEPENDENT and row.look is None
    return bound.p_value(deviation(row)), ONCE if is_once else ""


def deviation(row: Estimate) -> float:
    """Return how many standard errors of a normal a row's test is out.

    From its p-value where it has one, which an interim row does not.

    >>> row = Estimate(metric="paid", kind="mean", method="welch", quantity="mean_difference",
    ...     statistic=2.2281, df=10.0)
    >>> round(deviation(row), 2), round(deviation(replace(row, df=None)), 2)
    (1.96, 2.23)
    >>> deviation(replace(row, quantity="log_rank", statistic=9.0, df=1.0))
    3.0
    """
    if row.p_value is not None:
        return -float(special.ndtri(row.p_value / 2))
    statistic = row.statistic or 0.0
    if row.quantity in CHI_SQUARES or row.method in CHI_SQUARE_METHODS:
        return math.sqrt(max(statistic, 0.0))
    if row.df is None:
        return abs(statistic)
    return -float(special.ndtri(special.stdtr(row.df, -abs(statistic))))


def _is_small(row: Estimate) -> bool:
    return (row.n_variant or 0) + (row.n_baseline or 0) < FEWEST


def _without_interval(row: Estimate, reason: NotEstimable) -> Estimate:
    bare = replace(_without_test(row), p_value=None, confidence_level=None)
    if row.quantity == SPREAD and row.look is not None and row.value is not None:
        return replace(bare, value=None, note=joined(row.note, f"{NO_SPREAD}{reason.reason}"))
    if _has_interval(row):
        note = joined(row.note, f"{NO_INTERVAL}{reason.reason}")
        return replace(bare, ci_low=None, ci_high=None, ci_set="", note=note)
    tested = row.statistic is not None
    return replace(bare, note=joined(row.note, f"{NO_TEST}{reason.reason}" if tested else ""))


def _without_test(row: Estimate) -> Estimate:
    return replace(row, std_error=None, statistic=None, df=None)


def _bare(point: CurvePoint) -> CurvePoint:
    return replace(point, ci_low=None, ci_high=None)
