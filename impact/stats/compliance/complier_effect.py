"""The effect of a treatment on those who take it because they are assigned to it."""

import math
from dataclasses import dataclass

from impact.stats.compliance.anderson_rubin import anderson_rubin
from impact.stats.compliance.assignment_effects import DUST, AssignmentEffects
from impact.stats.confidence_set import ConfidenceSet
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, student_inference

ROUNDING = 1e-12  # of the outcome's variance: what is left beside it is no variance
WEAK = 10.0  # effective F below which the ratio and its standard error mean little
CERTAIN = 104.7  # from which its t test at 5 % errs as often as it says (Lee and others 2022)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStage:
    """How much assignment moved the treatment received, and how surely.

    `effective_f` is the squared t of `difference` under the covariance of the effects: with one
    instrument the effective F of Montiel Olea and Pflueger (2013) for those errors.
    """

    difference: Inference
    effective_f: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplierEffect:
    """Two-stage least squares, or why they are withheld, and the set that always holds."""

    estimate: Inference | NotEstimable
    confidence_set: ConfidenceSet
    first_stage: FirstStage


def complier_effect(effects: AssignmentEffects, *, level: float) -> ComplierEffect:
    """Return the effect per unit of treatment received among compliers.

    The Wald ratio (two-stage least squares with one instrument), its error by the delta method,
    which with robust covariance is the usual robust one. For a yes-or-no treatment it is the
    average effect on compliers; for a dose a weighted average of effects per unit of it
    (Angrist, Imbens and Rubin 1996; Angrist and Imbens 1995). It asks that assignment acts on the
    outcome through this treatment alone and moves nobody's treatment the other way. Below an
    effective F of 10 (Staiger and Stock 1997) the estimate is withheld: the set stands.

    >>> import numpy as np
    >>> moved = AssignmentEffects(outcome=1.0, treatment=0.5, covariance=np.eye(2) / 100, df=98)
    >>> found = complier_effect(moved, level=0.95)
    >>> found.estimate.value, round(found.estimate.std_error, 4), found.first_stage.effective_f
    (2.0, 0.4472, 25.0)
    """
    first_stage = _first_stage(effects, level=level)
    return ComplierEffect(
        estimate=_estimate(effects, first_stage, level=level),
        confidence_set=anderson_rubin(effects, level=level),
        first_stage=first_stage,
    )


def _first_stage(effects: AssignmentEffects, *, level: float) -> FirstStage:
    variance = float(effects.covariance[1, 1])
    if variance <= DUST * effects.treatment**2:  # everybody took what was assigned
        return FirstStage(difference=Inference(value=effects.treatment), effective_f=math.inf)
    difference = student_inference(effects.treatment, math.sqrt(variance), effects.df, level=level)
    return FirstStage(difference=difference, effective_f=effects.treatment**2 / variance)


def _estimate(
    effects: AssignmentEffects, first_stage: FirstStage, *, level: float
) -> Inference | NotEstimable:
    if first_stage.effective_f < WEAK:
        return NotEstimable(
            f"assignment hardly moved the treatment received (effective F = "
            f"{first_stage.effective_f:.2g}, below {WEAK:g}): read the Anderson-Rubin set"
        )
    effect = effects.outcome / effects.treatment
    variance = effects.variance_at(effect)
    if variance <= ROUNDING * float(effects.covariance[0, 0]):
        return NotEstimable("the treatment received explains the outcome entirely")
    return student_inference(
        effect, math.sqrt(variance) / abs(effects.treatment), effects.df, level=level
    )
