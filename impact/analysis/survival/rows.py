"""Shapes of rows that only retention has: tests without a value, ratios by their logarithm."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from experiments.plan.document import Metric, Plan
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import INTERIM, Sides, Subject, row, subject_of
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference, student_inference

NO_UNITS = NotEstimable("no units")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquare:
    """A test of a hypothesis that has no estimate of its own."""

    statistic: float
    df: float

    @property
    def p_value(self) -> float:
        """The upper tail of the chi-square distribution.

        >>> round(ChiSquare(statistic=3.8415, df=1).p_value, 4)
        0.05
        """
        return float(special.chdtrc(self.df, self.statistic))


def survival_subject(plan: Plan, metric: Metric, look: int | None, segment: str) -> Subject:
    """Return what the rows of a retention metric speak of; fractions and ratios have unit 1.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 30}]}''')
    >>> subject = survival_subject(plan, plan.primary, None, "tier=pro")
    >>> subject.segment, subject.unit
    ('tier=pro', '1')
    """
    return subject_of(plan, metric, look).within(segment).without_unit()


def chi_square_row(
    subject: Subject,
    quantity: str,
    method: str,
    sides: Sides,
    answer: ChiSquare | NotEstimable,
    note: str = "",
) -> Estimate:
    """Return the row of a test: statistic, degrees of freedom and, when final, the p-value.

    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> sides = Sides(variant="b", baseline="a", n_variant=100, n_baseline=100)
    >>> test = ChiSquare(statistic=9.0, df=1.0)
    >>> found = chi_square_row(subject, "log_rank", "log_rank", sides, test)
    >>> found.value, found.statistic, round(found.p_value, 4)
    (None, 9.0, 0.0027)
    """
    match answer:
        case NotEstimable():
            return row(subject, quantity, method, sides, answer)
        case ChiSquare():
            final = subject.look is None
            notes = joined("" if final else INTERIM, note)
            return replace(
                row(subject, quantity, method, sides, NotEstimable(notes)),
                statistic=answer.statistic,
                df=answer.df,
                p_value=answer.p_value if final else None,
            )


def contrast(value: float, std_error: float, level: float, df: float | None = None) -> Inference:
    """Return the normal answer; the value alone where there is no spread to judge it by.

    With `df`, where the error itself rests on few clusters, Student's.

    >>> contrast(0.5, 0.0, 0.95).std_error is None
    True
    """
    if std_error <= 0:
        return Inference(value=value)
    if df is not None:
        return student_inference(value, std_error, df, level=level)
    return normal_inference(value, std_error, level=level)


def estimated(value: float, std_error: float, level: float) -> Inference:
    """Return a value with its normal limits; nothing is tested.

    >>> estimated(4.0, 1.0, 0.95).p_value is None
    True
    """
    return replace(contrast(value, std_error, level), statistic=None, p_value=None)


def without_limits(answer: Inference) -> Inference:
    """Return a value with its error alone: one that is too small to conclude from.

    >>> found = without_limits(contrast(1.0, 0.5, 0.95))
    >>> found.std_error, found.ci_low, found.p_value
    (0.5, None, None)
    """
    return Inference(value=answer.value, std_error=answer.std_error)


def ratio_from_log(
    log_ratio: float, std_error: float, level: float, df: float | None = None
) -> Inference:
    """Return a ratio with limits from its logarithm; the error stays on the log scale.

    >>> answer = ratio_from_log(0.0, 0.5, 0.95)
    >>> answer.value, round(answer.ci_high, 4), answer.std_error
    (1.0, 2.6644, 0.5)
    """
    found = contrast(log_ratio, std_error, level, df)
    low, high = (
        None if limit is None else float(np.exp(limit)) for limit in (found.ci_low, found.ci_high)
    )
    return replace(found, value=float(np.exp(log_ratio)), ci_low=low, ci_high=high)


def in_arm(name: str, reason: NotEstimable) -> NotEstimable:
    """Return a reason with the arm that it holds for.

    >>> in_arm("b", NO_UNITS).reason
    'b: no units'
    """
    return NotEstimable(f"{name}: {reason.reason}")
