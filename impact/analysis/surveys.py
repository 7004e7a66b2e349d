"""Rows of a survey beside those of its answers: response, bounds, and answers weighted for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import numpy as np

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmAnswers, ClusterCounts
from impact.analysis.survey_clusters import clustered_response, without_independence
from impact.analysis.survey_names import ALWAYS, LOWER, RESPONSE, UPPER, WEIGHTED
from impact.stats.estimable import NotEstimable
from impact.stats.means.newcombe import Successes, newcombe, wilson
from impact.stats.surveys.lee import ROUGH, Answers, Bounds, lee_bounds
from impact.stats.surveys.weighting import CellAnswers, weighted_difference

if TYPE_CHECKING:
    from impact.stats.inference import Inference

KINDS = frozenset({Kind.MEAN, Kind.PROPORTION})


def estimate_surveys(
    plan: Plan,
    metric: Metric,
    arms: tuple[ArmAnswers, ...],
    *,
    look: int | None,
    response: ClusterCounts | None = None,
) -> tuple[Estimate, ...]:
    """Return the rows of response, bounds and weighting, over all units; none without a survey.

    Where the metric names clusters, `response` has who answered by cluster: rates have errors
    between clusters, bounds and weighted differences have none.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: csat, role: primary, kind: mean, source: surveys.csat, window: 30}]}''')
    >>> def arm(variant, counts):
    ...     n = np.array([sum(counts)])
    ...     return ArmAnswers(variant=variant, asked=100, values=np.array([1.0, 5.0]), answered=n,
    ...         counts=np.array(counts), cells=("all",), units=np.array([100]),
    ...         means=np.array([1 + 4 * counts[1] / n[0]]), squares=np.ones(1))
    >>> arms = arm("a", [20, 20]), arm("b", [20, 30])
    >>> for found in estimate_surveys(plan, plan.primary, arms, look=None):
    ...     print(found.method, found.quantity, round(found.value, 4))
    response_rate proportion 0.4
    response_rate proportion 0.5
    response_rate proportion_difference 0.1
    lee_lower mean_difference 0.0
    lee_upper mean_difference 1.0
    """
    if not arms or metric.kind not in KINDS:
        return ()
    subject = subject_of(plan, metric, look)
    found = {arm.variant: arm for arm in arms}
    control = found[plan.control]
    if response is not None:
        rows = [*clustered_response(subject, plan, response, arms)]
    else:
        rows = [_rate(subject, arm) for arm in arms]
        rows += [_rates(subject, arm, control) for arm in arms if arm is not control]
    for arm in arms:
        if arm is not control:
            rows += _bounds(subject, metric, arm, control)
            if len(control.cells) > 1:
                rows.append(_weighted(subject, metric, arm, control))
    return tuple(without_independence(metric, rows))


def _rate(subject: Subject, arm: ArmAnswers) -> Estimate:
    sides = Sides(variant=arm.variant, n_variant=arm.asked, events_variant=_answered(arm))
    answer = wilson(_successes(arm), level=subject.level)
    return row(subject.without_unit(), "proportion", RESPONSE, sides, answer)


def _rates(subject: Subject, arm: ArmAnswers, control: ArmAnswers) -> Estimate:
    sides = Sides(
        variant=arm.variant,
        n_variant=arm.asked,
        baseline=control.variant,
        n_baseline=control.asked,
        events_variant=_answered(arm),
        events_baseline=_answered(control),
    )
    answer = newcombe(_successes(arm), _successes(control), level=subject.level)
    return row(subject.without_unit(), "proportion_difference", RESPONSE, sides, answer)


def _bounds(
    subject: Subject, metric: Metric, arm: ArmAnswers, control: ArmAnswers
) -> Iterator[Estimate]:
    sides, quantity = _sides(arm, control), _quantity(metric)
    found = lee_bounds(_answers(arm), _answers(control), level=subject.level)
    match found:
        case NotEstimable():
            answers: tuple[Inference | NotEstimable, ...] = (found, found)
            note = ""
        case Bounds(lower=lower, upper=upper, trimmed=trimmed, rough=rough):
            answers = (lower, upper)
            left_out = f"leaves out {trimmed:.1%} of the answers of the arm that answered more"
            note = f"{left_out}; {ROUGH}" if rough else left_out
        case _:
            assert_never(found)
    for method, answer in zip((LOWER, UPPER), answers, strict=True):
        estimate = row(subject, quantity, method, sides, answer, note)
        yield replace(estimate, population=ALWAYS)


def _weighted(subject: Subject, metric: Metric, arm: ArmAnswers, control: ArmAnswers) -> Estimate:
    answer = weighted_difference(_cells(arm), _cells(control), level=subject.level)
    note = "as if everybody had answered like those of their segments who did"
    return row(subject, _quantity(metric), WEIGHTED, _sides(arm, control), answer, note)


def _quantity(metric: Metric) -> str:
    return f"{metric.kind.value}_difference"


def _sides(arm: ArmAnswers, control: ArmAnswers) -> Sides:
    return Sides(
        variant=arm.variant,
        n_variant=_answered(arm),
        baseline=control.variant,
        n_baseline=_answered(control),
    )


def _successes(arm: ArmAnswers) -> Successes:
    """A survey that was answered was sent: an answer without a sent survey counts as asked."""
    return Successes(n=max(arm.asked, _answered(arm)), successes=_answered(arm))


def _answered(arm: ArmAnswers) -> int:
    return int(arm.answered.sum())


def _answers(arm: ArmAnswers) -> Answers:
    return Answers(
        units=int(arm.units.sum()), values=arm.values, counts=arm.counts.astype(np.float64)
    )


def _cells(arm: ArmAnswers) -> CellAnswers:
    return CellAnswers(
        units=arm.units.astype(np.float64),
        answered=arm.answered.astype(np.float64),
        means=arm.means,
        squares=arm.squares,
    )
