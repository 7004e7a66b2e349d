"""A difference relative to the control, with errors between clusters."""

import math
from dataclasses import replace

import numpy as np

from experiments.plan.document import Kind, Metric
from impact.analysis.clusters.comparing import Compared
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject, row
from impact.analysis.sufficient import Floats
from impact.stats.clusters.comparison import contrast_of
from impact.stats.clusters.regression import ClusterFit
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference

NO_MODEL = "the draw of the arms tests a difference, not a relative one"
NOT_POSITIVE = "a relative difference needs values above zero in both arms"


def relative_row(subject: Subject, metric: Metric, found: Compared) -> Estimate:
    """Return the risk ratio of a proportion, else the relative difference, by the delta method.

    An adjusted comparison is relative to the control's value at the covariate's mean of zero.
    """
    quantity = "risk_ratio" if metric.kind is Kind.PROPORTION else "relative_difference"
    answer = _relative(found, ratio=metric.kind is Kind.PROPORTION)
    return row(subject.without_unit(), quantity, found.method, found.sides, answer, found.note)


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
    gradient = _gradient(fit, -change / control**2, 1 / control)
    return contrast_of(fit, gradient, level=found.level, value=change / control)


def _risk_ratio(found: Compared, fit: ClusterFit) -> Inference | NotEstimable:
    control, change = (float(value) for value in fit.coefficients[:2, 0])
    treated = control + change
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
