"""The difference of the arms within each version, averaged over the versions: one row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from experiments.plan.document import Kind, Plan
from impact.analysis.arms import by_segment, empty_moments
from impact.analysis.epochs.within import Pair, difference_within
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.ratios import ratio_sample
from impact.analysis.rows import Sides, Subject, row
from impact.analysis.sufficient import ALL, ArmMoments
from impact.stats.epochs.combining import Epoch, combined
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.ratio import ROUGH

METHOD = "epochs"
ADJUSTED = "cuped_epochs"
FEWEST = 10  # on either side of an outcome: of 3 or so the limits miss 9 to 14 times in a hundred
FEW = f"rough: an arm of a version has fewer than {FEWEST} with the outcome, or without it"
LONE = "of the one version that compares the arms; splits differ between versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What is compared: `quantity` of `subject`, numbers per unit of a `kind` of metric."""

    subject: Subject
    quantity: str
    kind: Kind


def pairs_within(plan: Plan, arms: Iterable[ArmMoments]) -> Iterator[list[Pair]]:
    """Yield for every variant its arm and the control's of each version.

    >>> import numpy as np
    >>> from experiments.plan.document import Unit
    >>> from impact.analysis.sufficient import Moments
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> one = Moments(names=("y",), n=9, means=np.array([2.0]), cross=np.array([[8.0]]))
    >>> arms = [ArmMoments(variant="b", segment=f"version={name}", moments=one) for name in (1, 2)]
    >>> [[(b.moments.n, a.moments.n) for b, a in pairs] for pairs in pairs_within(plan, arms)]
    [[(9, 0), (9, 0)]]
    """
    given = tuple(arms)
    names = given[0].moments.names

    def empty(variant: str, segment: str) -> ArmMoments:
        return empty_moments(names, variant, segment)

    by_version = by_segment(given, plan.variants, empty)
    epochs = [found for segment, found in by_version if segment != ALL]
    for variant in plan.variants:
        if variant != plan.control:
            yield [(found[variant], found[plan.control]) for found in epochs]


def averaged(
    effect: Effect, pairs: list[Pair], *, adjusted: bool = False, note: str = ""
) -> Estimate:
    """Return the row of a difference averaged over the versions, their units as weights.

    >>> import numpy as np
    >>> from impact.analysis.sufficient import Moments
    >>> subject = Subject(metric="visits", kind="mean", unit="1", level=0.95, control="a",
    ...     look=None)
    >>> def arm(variant, mean):
    ...     return ArmMoments(variant=variant, moments=Moments(
    ...         names=("y",), n=50, means=np.array([mean]), cross=np.array([[49.0]])))
    >>> effect = Effect(subject=subject, quantity="mean_difference", kind=Kind.MEAN)
    >>> found = averaged(effect, [(arm("b", 3.0), arm("a", 2.0)), (arm("b", 9.0), arm("a", 6.0))])
    >>> found.value, found.n_variant, found.note
    (2.0, 100, 'averaged over 2 versions, whose splits differ')
    """
    level = effect.subject.level
    found = [
        (pair, difference_within(effect.kind, pair, level, adjusted=adjusted)) for pair in pairs
    ]
    used = [pair for pair, answer in found if isinstance(answer, Inference)]
    epochs = [Epoch(n=_units(pair), difference=answer) for pair, answer in found]
    parts = [
        f"averaged over {len(used)} versions, whose splits differ" if len(used) > 1 else LONE,
        *_left_out(found),
        ROUGH if effect.kind is Kind.RATIO and _is_rough(used) else "",
        FEW if effect.kind is Kind.PROPORTION and _has_few(used) else "",
        note,
    ]
    answer, sides = combined(epochs, level=level), _sides(used or pairs)
    method = ADJUSTED if adjusted else METHOD
    return row(effect.subject, effect.quantity, method, sides, answer, joined(*parts))


def _left_out(found: list[tuple[Pair, Inference | NotEstimable]]) -> Iterator[str]:
    """Say how many units are not compared, by why not."""
    units: dict[str, int] = {}
    for pair, answer in found:
        if isinstance(answer, NotEstimable):
            units[answer.reason] = units.get(answer.reason, 0) + _units(pair)
    for reason, n in units.items():
        yield f"{n} units of versions left out: {reason}"


def _units(pair: Pair) -> int:
    return sum(arm.moments.n for arm in pair)


def _is_rough(pairs: list[Pair]) -> bool:
    """Whether the denominator of an arm in a version is too uncertain for the delta method."""
    return any(ratio_sample(arm.moments).is_uncertain for pair in pairs for arm in pair)


def _has_few(pairs: list[Pair]) -> bool:
    """Whether a version that varies has an arm with a handful on one side of the outcome."""
    for pair in pairs:
        counts = [
            (arm.moments.n, round(arm.moments.n * float(arm.moments.means[0]))) for arm in pair
        ]
        fewest = [min(had, n - had) for n, had in counts]
        if any(fewest) and min(fewest) < FEWEST:
            return True
    return False


def _sides(pairs: list[Pair]) -> Sides:
    variant, control = pairs[0]
    return Sides(
        variant=variant.variant,
        baseline=control.variant,
        n_variant=sum(pair[0].moments.n for pair in pairs),
        n_baseline=sum(pair[1].moments.n for pair in pairs),
    )
