"""Rows of a mean that Lin's model adjusts, and what an adjustment bought."""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from experiments.plan.document import Metric, Plan
from impact.analysis.arms import by_segment, empty_moments, pairs
from impact.analysis.estimates import Estimate
from impact.analysis.magnitudes import reason_of, sizes_of
from impact.analysis.notes import joined
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmAdjusted, Moments
from impact.stats.estimable import NotEstimable
from impact.stats.means.cuped import Adjustment
from impact.stats.means.lin import ArmFit, FittedArm, fit_arm, lin

METHOD = "lin"
UNITS_PER_COLUMN = 20
CROWDED = "rough: more columns than a twentieth of the smaller arm"
NOTICEABLE = 0.005  # of the variance: less is none


def estimate_adjusted(
    plan: Plan, metric: Metric, arms: tuple[ArmAdjusted, ...], *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the adjusted difference of each variant, all segments; none without Lin's model.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> arms = tuple(ArmAdjusted(variant=arm, squared_error=0.04, moments=Moments(names=("y", "x"),
    ...     n=100, means=np.array(means), cross=np.array([[400.0, 200.0], [200.0, 400.0]])))
    ...     for arm, means in (("a", [5.0, 3.0]), ("b", [6.0, 3.4])))
    >>> (row,) = estimate_adjusted(plan, plan.primary, arms, look=None)
    >>> row.method, round(row.value, 4), row.note
    ('lin', 0.8, 'variance 1.0% smaller than unadjusted')
    """
    if not arms:
        return ()
    subject = subject_of(plan, metric, look)
    empty = partial(_empty, arms[0].moments.names)
    return tuple(
        estimate
        for segment, found in by_segment(arms, plan.variants, empty)
        for estimate in _segment(subject.within(segment), found)
    )


def fits_of(arms: Mapping[str, Moments]) -> dict[str, ArmFit | NotEstimable]:
    """Return the regression of every arm, read at the covariates' mean over all of them.

    A covariate that has one value in all arms (the column of a segment, within it) is left out.

    >>> def arm(y, x):
    ...     return Moments(names=("y", "x"), n=100, means=np.array([y, x]),
    ...         cross=np.array([[400.0, 200.0], [200.0, 400.0]]))
    >>> fits = fits_of({"a": arm(5.0, 3.0), "b": arm(6.0, 3.4)})
    >>> {name: (fit.slopes.tolist(), round(fit.level, 4)) for name, fit in fits.items()}
    {'a': ([0.5], 5.1), 'b': ([0.5], 5.9)}
    """
    kept = used(arms)
    total = sum(arm.n for arm in arms.values())
    if not total or len(kept) == 1:
        reason = "no unit in any arm" if not total else "every covariate has one value only"
        return {name: NotEstimable(reason) for name in arms}
    if reason := reason_of(np.concatenate([sizes_of(arm) for arm in arms.values()])):
        return {name: NotEstimable(reason) for name in arms}
    centre = sum((arm.n * arm.means for arm in arms.values()), start=np.zeros(1)) / total
    return {
        name: fit_arm(arm.n, arm.means[kept], arm.cross[np.ix_(kept, kept)], centre[kept[1:]])
        for name, arm in arms.items()
    }


def used(arms: Mapping[str, Moments]) -> list[int]:
    """Return the places of the outcome and of the covariates that vary, in or between the arms.

    The outcome is the first number of the moments and is always used.

    >>> def arm(*means):
    ...     return Moments(
    ...         names=("y", "age", "pro"), n=9, means=np.array(means), cross=np.zeros((3, 3)))
    >>> used({"a": arm(5.0, 1.0, 7.0), "b": arm(6.0, 2.0, 7.0)})
    [0, 1]
    """
    seen = [arm for arm in arms.values() if arm.n]
    width = len(seen[0].means) if seen else 1
    return [0, *(place for place in range(1, width) if _varies(seen, place))]


def _varies(arms: list[Moments], place: int) -> bool:
    levels = {float(arm.means[place]) for arm in arms}
    return len(levels) > 1 or any(arm.cross[place, place] > 0 for arm in arms)


def variance_note(found: Adjustment) -> str:
    """Say how much of the variance an adjustment took, also where it took none.

    >>> from impact.stats.inference import Inference
    >>> difference = Inference(value=1.0)
    >>> variance_note(Adjustment(difference=difference, theta=0.5, variance_reduction=0.31))
    'variance 31.0% smaller than unadjusted'
    >>> variance_note(Adjustment(difference=difference, theta=0.0, variance_reduction=-0.001))
    'variance 0.1% larger than unadjusted: the adjustment buys no precision'
    """
    than = "smaller" if found.variance_reduction > 0 else "larger"
    note = f"variance {abs(found.variance_reduction):.1%} {than} than unadjusted"
    none = found.variance_reduction < NOTICEABLE
    return f"{note}: the adjustment buys no precision" if none else note


def _segment(subject: Subject, arms: dict[str, ArmAdjusted]) -> Iterator[Estimate]:
    fits = fits_of({name: arm.moments for name, arm in arms.items()})
    for variant, control in pairs(arms, subject.control):
        sides = Sides(
            variant=variant.variant,
            n_variant=variant.moments.n,
            baseline=control.variant,
            n_baseline=control.moments.n,
        )
        found = _compared(_fitted(variant, fits), _fitted(control, fits), subject.level)
        match found:
            case NotEstimable():
                yield row(subject, "mean_difference", METHOD, sides, found)
            case Adjustment():
                note = joined(variance_note(found), _crowded(fits, sides))
                yield row(subject, "mean_difference", METHOD, sides, found.difference, note)


def _crowded(fits: Mapping[str, ArmFit | NotEstimable], sides: Sides) -> str:
    """Say that the smaller arm has too few units for the model, "" where it has enough."""
    columns = max(len(fit.means) for fit in fits.values() if isinstance(fit, ArmFit))
    smaller = min(sides.n_variant or 0, sides.n_baseline or 0)
    return CROWDED if columns * UNITS_PER_COLUMN > smaller else ""


def _fitted(
    arm: ArmAdjusted, fits: Mapping[str, ArmFit | NotEstimable]
) -> FittedArm | NotEstimable:
    fit = fits[arm.variant]
    if isinstance(fit, NotEstimable):
        return fit
    if arm.squared_error is None:
        return NotEstimable(arm.reason)
    return FittedArm(fit=fit, variance=arm.squared_error)


def _compared(
    variant: FittedArm | NotEstimable, control: FittedArm | NotEstimable, level: float
) -> Adjustment | NotEstimable:
    if isinstance(variant, NotEstimable):
        return variant
    if isinstance(control, NotEstimable):
        return control
    return lin(variant, control, level=level)


def _empty(names: tuple[str, ...], variant: str, segment: str) -> ArmAdjusted:
    moments = empty_moments(names, variant, segment).moments
    return ArmAdjusted(variant=variant, segment=segment, moments=moments)
