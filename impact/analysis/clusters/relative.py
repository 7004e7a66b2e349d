"""A difference relative to the control, with errors between clusters."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from experiments.plan.document import Kind, Metric
from impact.analysis.clusters.comparing import Compared
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.relative import CERTAIN
from impact.analysis.rows import Subject, row
from impact.analysis.sufficient import Floats
from impact.stats.clusters.comparison import contrast_of, correction_for
from impact.stats.clusters.regression import ClusterFit, contrasts_covariance
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.fieller import fieller, is_uncertain, positive_fieller

NO_MODEL = "the draw of the arms tests a difference, not a relative one"
SET = f"Fieller's set: the control's standard error is more than {CERTAIN:.0%} of it"
CERTAIN_SHARE = 0.2  # of a share, up to which its logarithm is as good as normal
SET_OF_SHARES = f"Fieller's set: a share's standard error is more than {CERTAIN_SHARE:.0%} of it"
NOT_POSITIVE = "a relative difference needs values above zero in both arms"


def relative_row(subject: Subject, metric: Metric, found: Compared) -> Estimate:
    """Return the risk ratio of a proportion, else the relative difference, by the delta method.

    A relative difference has Fieller's set where the control's level is uncertain, as without
    clusters; a risk ratio where the share of either arm is, and by much more: its logarithm bends
    less. An adjusted comparison is relative to the control's value at the covariate's mean of
    zero.

    >>> from experiments.plan.document import Role, Source, Table
    >>> from impact.analysis.clusters.comparing import compared_arms
    >>> from impact.analysis.sufficient import ClusterCounts
    >>> metric = Metric(key="visits", role=Role.PRIMARY, kind=Kind.MEAN, cluster="team",
    ...     source=Source(table=Table.CONTACTS))
    >>> subject = Subject(
    ...     metric="visits", kind="mean", unit="1", level=0.95, control="a", look=None)
    >>> sums = np.repeat([50.0, 60.0], 20) + np.resize([-1.0, 1.0], 40)
    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(40), n=np.full(40, 10),
    ...     variant=np.repeat(["a", "b"], 20), sums=sums[:, None])
    >>> (compared,) = compared_arms(counts, "b", "a", level=0.95)
    >>> found = relative_row(subject, metric, compared)
    >>> found.quantity, found.method, round(found.value, 4)
    ('relative_difference', 'cr1', 0.2)
    """
    of_shares = metric.kind is Kind.PROPORTION
    quantity, said = ("risk_ratio", SET_OF_SHARES) if of_shares else ("relative_difference", SET)
    answer = _relative(found, ratio=of_shares)
    is_set = isinstance(answer, Inference) and answer.std_error is None
    note = joined(found.note, said if is_set else "")
    return row(subject.without_unit(), quantity, found.method, found.sides, answer, note)


def _relative(found: Compared, *, ratio: bool) -> Inference | NotEstimable:
    if found.fit is None:
        unknown = found.difference if isinstance(found.difference, NotEstimable) else None
        return unknown or NotEstimable(NO_MODEL)
    control, change = (float(value) for value in found.fit.coefficients[:2, 0])
    if control <= 0 or control + change <= 0:
        return NotEstimable(NOT_POSITIVE)
    return _risk_ratio(found, found.fit) if ratio else _difference(found, found.fit)


def _difference(found: Compared, fit: ClusterFit) -> Inference | NotEstimable:
    control, change = (float(value) for value in fit.coefficients[:2, 0])
    both = contrasts_covariance(
        fit, [_gradient(fit, 0, 1), _gradient(fit, 1, 0)], correction_for(fit.clusters)
    )
    if is_uncertain(control, float(both[1, 1]), CERTAIN):
        return _tested(found, fit, partial(fieller, change, control, both))
    gradient = _gradient(fit, -change / control**2, 1 / control)
    return contrast_of(fit, gradient, level=found.level, value=change / control)


def _tested(
    found: Compared, fit: ClusterFit, set_of: Callable[..., Inference]
) -> Inference | NotEstimable:
    """Return Fieller's set with the test of the difference, which it never contradicts."""
    tested = contrast_of(fit, _gradient(fit, 0, 1), level=found.level)
    if isinstance(tested, NotEstimable):
        return tested
    return replace(
        set_of(level=found.level, df=tested.df),
        statistic=tested.statistic,
        df=tested.df,
        p_value=tested.p_value,
    )


def _risk_ratio(found: Compared, fit: ClusterFit) -> Inference | NotEstimable:
    control, change = (float(value) for value in fit.coefficients[:2, 0])
    treated = control + change
    both = contrasts_covariance(
        fit, [_gradient(fit, 1, 1), _gradient(fit, 1, 0)], correction_for(fit.clusters)
    )
    shares = ((treated, float(both[0, 0])), (control, float(both[1, 1])))
    if any(is_uncertain(*share, CERTAIN_SHARE) for share in shares):
        return _tested(found, fit, partial(positive_fieller, treated, control, both))
    gradient = _gradient(fit, 1 / treated - 1 / control, 1 / treated)
    answer = contrast_of(fit, gradient, level=found.level, value=math.log(treated / control))
    if isinstance(answer, NotEstimable) or answer.ci_low is None or answer.ci_high is None:
        return answer
    return replace(
        answer,
        value=math.exp(answer.value),
        ci_low=math.exp(answer.ci_low),
        ci_high=math.exp(answer.ci_high),
    )


def _gradient(fit: ClusterFit, *leading: float) -> Floats:
    gradient = np.zeros(fit.root.shape[0])
    gradient[: len(leading)] = leading
    return gradient
