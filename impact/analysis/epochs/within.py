"""The difference between two arms of one version, which may be without spread."""

from experiments.plan.document import Kind
from impact.analysis.arms import sample_of
from impact.analysis.means import adjusted_sample
from impact.analysis.ratios import ratio_sample
from impact.analysis.sufficient import ArmMoments
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference, normal_inference
from impact.stats.means.cuped import AdjustedSample, pooled_slope
from impact.stats.means.ratio import RatioSample, ratio_difference
from impact.stats.means.welch import Sample, welch

LEAST = 2  # units of an arm, of which fewer have no variance

Pair = tuple[ArmMoments, ArmMoments]


def difference_within(
    kind: Kind, pair: Pair, level: float, *, adjusted: bool
) -> Inference | NotEstimable:
    """Return variant less control; a value without an error where the units of each are alike.

    Arms that do not vary differ by what they differ: as in Welch's error, an arm without spread
    adds none. Only a version that cannot be compared has no answer.

    >>> import numpy as np
    >>> from impact.analysis.sufficient import Moments
    >>> def arm(mean, variance):
    ...     return ArmMoments(variant="b", moments=Moments(
    ...         names=("y",), n=50, means=np.array([mean]), cross=np.array([[49 * variance]])))
    >>> found = difference_within(Kind.MEAN, (arm(3.0, 4.0), arm(2.0, 4.0)), 0.95, adjusted=False)
    >>> found.value, round(found.std_error, 3), round(found.df, 6)
    (1.0, 0.4, 98.0)
    >>> alike = difference_within(Kind.MEAN, (arm(3.0, 0.0), arm(2.0, 0.0)), 0.95, adjusted=False)
    >>> alike.value, alike.std_error
    (1.0, None)
    """
    variant, control = (arm.moments for arm in pair)
    if kind is Kind.RATIO:
        return _of_ratios(ratio_sample(variant), ratio_sample(control), level)
    if adjusted:
        return _adjusted(adjusted_sample(variant), adjusted_sample(control), level)
    found = _of_means(sample_of(variant), sample_of(control), level)
    if kind is Kind.PROPORTION and isinstance(found, Inference) and found.std_error:
        return normal_inference(found.value, found.std_error, level=level)
    return found


def _of_means(variant: Sample, control: Sample, level: float) -> Inference | NotEstimable:
    if min(variant.n, control.n) >= LEAST and variant.variance == control.variance == 0:
        return Inference(value=variant.mean - control.mean)
    return welch(variant, control, level=level)


def _adjusted(
    variant: AdjustedSample, control: AdjustedSample, level: float
) -> Inference | NotEstimable:
    """Adjust within the version; unadjusted where its covariate is the same for every unit."""
    plain = _of_means(variant.unadjusted, control.unadjusted, level)
    if isinstance(plain, NotEstimable) or not plain.std_error:
        return plain
    theta = pooled_slope(variant, control)
    if isinstance(theta, NotEstimable):
        return plain
    return _of_means(variant.adjusted(theta, control.x), control.adjusted(theta, control.x), level)


def _of_ratios(
    variant: RatioSample, control: RatioSample, level: float
) -> Inference | NotEstimable:
    arms = (variant, control)
    usable = all(arm.n >= LEAST and arm.denominator > 0 for arm in arms)
    if usable and all(arm.ratio_variance == 0 for arm in arms):
        return Inference(value=variant.ratio - control.ratio)
    return ratio_difference(variant, control, level=level)
