"""Rows of a mean whose values are capped: beside the plain ones, and never as money."""

from collections.abc import Iterator

from experiments.plan.winsorising import Winsorising
from impact.analysis.arms import pairs, sample_of, sides_of
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.relative import set_where_uncertain
from impact.analysis.rows import Sides, Subject, row
from impact.analysis.sufficient import ArmMoments
from impact.analysis.tails import long_tail
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.relative import relative_means
from impact.stats.means.welch import Sample, mean, welch

METHOD, CAPPED = "winsorised", "w"
UNKNOWN_CAP = "no interval: the cap is itself estimated from the values"


def winsorised_rows(
    subject: Subject,
    arms: dict[str, ArmMoments],
    cap: float | None,
    winsorising: Winsorising | None,
) -> Iterator[Estimate]:
    """Yield the mean of each arm, and difference and relative difference of each variant.

    Welch on the capped values: the cap counts as known, because what a cap from the data adds to
    both arms cancels between them. It does not in the mean of one arm, which then has no limits.
    Nothing where the moments hold no capped value.

    >>> import numpy as np
    >>> from impact.analysis.sufficient import Moments
    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> arms = {name: ArmMoments(variant=name, moments=Moments(names=("y", "w"), n=101,
    ...     means=np.array([mean + 3, mean]), cross=np.diag([9000.0, 400.0])))
    ...     for name, mean in (("a", 50.0), ("b", 52.0))}
    >>> for found in winsorised_rows(subject, arms, 500.0, Winsorising(cap=500.0)):
    ...     print(found.quantity, found.variant, round(found.value, 4))
    mean a 50.0
    mean b 52.0
    mean_difference b 2.0
    relative_difference b 0.04
    """
    named = [arm for arm in arms.values() if CAPPED in arm.moments.names]
    if cap is None or winsorising is None or len(named) < len(arms):
        return
    note = cap_note(cap, winsorising)
    for arm in arms.values():
        sides = Sides(variant=arm.variant, n_variant=arm.moments.n)
        answer, remark = _mean(arm, winsorising, subject.level)
        yield row(subject, "mean", METHOD, sides, answer, joined(note, remark))
    for variant, control in pairs(arms, subject.control):
        sides, samples = sides_of(variant, control), (_capped(variant), _capped(control))
        difference = welch(*samples, level=subject.level)
        yield row(subject, "mean_difference", METHOD, sides, difference, note)
        yield _relative(subject, sides, samples, note)


def _mean(
    arm: ArmMoments, winsorising: Winsorising, level: float
) -> tuple[Inference | NotEstimable, str]:
    """Return the mean of one arm, with limits where the cap is known, and what is said of it.

    A cap that is a quantile moves with the values by as much as their mean: of one in twenty
    capped, limits that take it for known miss 15 times in a hundred, however many units there are.
    """
    answer = mean(_capped(arm), level=level)
    if isinstance(answer, NotEstimable) or winsorising.quantile is None:
        return answer, long_tail(answer)
    return Inference(value=answer.value), UNKNOWN_CAP


def cap_note(cap: float, winsorising: Winsorising) -> str:
    """Say what the cap does and where it comes from.

    >>> cap_note(138.6306, Winsorising(quantile=0.99))
    'values above 138.631 count as that, the 99% quantile of all arms together'
    >>> cap_note(500.0, Winsorising(cap=500.0))
    'values above 500 count as that, as the plan says'
    """
    origin = "as the plan says"
    if winsorising.quantile is not None:
        origin = f"the {winsorising.quantile * 100:g}% quantile of all arms together"
    return f"values above {cap:.6g} count as that, {origin}"


def _relative(
    subject: Subject, sides: Sides, samples: tuple[Sample, Sample], note: str
) -> Estimate:
    """Return the relative difference, by Fieller's set where the control's mean is uncertain."""
    around = relative_means(*samples, level=subject.level)
    levels = tuple((sample.mean, sample.mean_variance if sample.n else 0.0) for sample in samples)
    found = set_where_uncertain((levels[0], levels[1]), around, level=subject.level)
    note = note if found is around else f"{note}; by Fieller's set"
    return row(subject.without_unit(), "relative_difference", METHOD, sides, found, note)


def _capped(arm: ArmMoments) -> Sample:
    return sample_of(arm.moments, arm.moments.names.index(CAPPED))
