"""Direct and spill-over effects where clusters were drawn to have more or fewer units treated."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from experiments.plan.document import Metric, Plan
from impact.analysis.clusters.comparing import Compared, compared_arms
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ClusterCounts, SufficientStatistics
from impact.stats.estimable import NotEstimable

DIRECT, SPILLOVER = "direct_effect", "spillover_effect"
TREATED_BESIDE, NONE_TREATED = "beside", "none"
NO_PURE_CONTROL = NotEstimable("no cluster has a saturation of 0: nobody is without spill-over")


def with_saturations(
    plan: Plan,
    metric: Metric,
    statistics: SufficientStatistics,
    estimates: tuple[Estimate, ...],
    *,
    look: int | None,
) -> tuple[Estimate, ...]:
    """Return a metric's rows and, at each saturation, its direct and its spill-over effect.

    Direct: a variant against control within clusters of one saturation. Spill-over: control units
    beside so many treated ones against those of clusters without any (Baird, Bohren, McIntosh and
    Ozler 2018). Nothing without a plan's saturation.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: agent, control: a, weights: {a: 5000, b: 5000},
    ... saturation: share, metrics: [{key: handle_time, role: primary, kind: mean, window: 7,
    ... source: contacts.handle_seconds, cluster: team}]}''')
    >>> def teams(share, variant, means):
    ...     return ClusterCounts(segment=f"share={share}", names=("y",), variant=np.array(variant),
    ...         cluster=np.arange(40) // len(set(variant)), n=np.full(40, 5),
    ...         sums=5 * (np.resize(means, 40) + np.resize([-3.0, 0, 3], 40))[:, None])
    >>> none, half = teams(0, ["a"] * 40, [300.0]), teams(50, ["a", "b"] * 20, [310.0, 330.0])
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), clusters={"handle_time": (none, half)})
    >>> for found in with_saturations(plan, plan.primary, statistics, (), look=None):
    ...     print(found.quantity, found.segment, round(found.value, 1))
    direct_effect share=50 19.9
    spillover_effect share=50 10.1
    """
    if not plan.saturation:
        return estimates
    at = {
        counts.segment.partition("=")[2]: counts
        for counts in statistics.clusters.get(metric.key, ())
        if counts.segment.startswith(f"{plan.saturation}=")
    }
    subject = subject_of(plan, metric, look)
    return (*estimates, *_direct(subject, plan, at), *_spillover(subject, plan, at))


def _direct(subject: Subject, plan: Plan, at: dict[str, ClusterCounts]) -> Iterator[Estimate]:
    for saturation, counts in at.items():
        for variant in plan.variants:
            if variant != plan.control and (counts.variant == variant).any():
                found = _first(counts, variant, plan.control, subject.level)
                yield _row(subject, plan, saturation, DIRECT, found)


def _spillover(subject: Subject, plan: Plan, at: dict[str, ClusterCounts]) -> Iterator[Estimate]:
    pure = next((counts for label, counts in at.items() if _share(label) == 0), None)
    for saturation, counts in at.items():
        if _share(saturation) == 0:
            continue
        if pure is None:
            found: Compared | NotEstimable = NO_PURE_CONTROL
        else:
            merged = _controls(counts, pure, plan.control)
            found = _first(merged, TREATED_BESIDE, NONE_TREATED, subject.level)
        yield _row(subject, plan, saturation, SPILLOVER, found)


def _row(
    subject: Subject, plan: Plan, saturation: str, quantity: str, found: Compared | NotEstimable
) -> Estimate:
    within = subject.within(f"{plan.saturation}={saturation}")
    if isinstance(found, NotEstimable):
        blank = row(within, quantity, "cr2", Sides(variant=plan.control), found)
        return replace(blank, variant=plan.control, baseline=plan.control)
    said = row(within, quantity, found.method, found.sides, found.difference, found.note)
    if quantity == DIRECT:
        return said
    note = f"control units against those of clusters with nobody treated; {said.note}"
    return replace(said, variant=plan.control, baseline=plan.control, note=note)


def _first(counts: ClusterCounts, variant: str, control: str, level: float) -> Compared:
    return next(compared_arms(counts, variant, control, level=level))


def _controls(counts: ClusterCounts, pure: ClusterCounts, control: str) -> ClusterCounts:
    """Put the control units of two saturations side by side; their clusters are not the same."""
    parts = [
        (part, part.variant == control, label, offset)
        for part, label, offset in (
            (counts, TREATED_BESIDE, 0),
            (pure, NONE_TREATED, int(counts.cluster.max(initial=0)) + 1),
        )
    ]
    return ClusterCounts(
        names=counts.names,
        cluster=np.concatenate([part.cluster[kept] + offset for part, kept, _, offset in parts]),
        variant=np.concatenate([np.full(int(kept.sum()), label) for _, kept, label, _ in parts]),
        n=np.concatenate([part.n[kept] for part, kept, _, _ in parts]),
        sums=np.concatenate([part.sums[kept] for part, kept, _, _ in parts]),
    )


def _share(label: str) -> float | None:
    """Return a saturation as a number, of whatever scale; None where it is none."""
    try:
        return float(label.strip().removesuffix("%"))
    except ValueError:
        return None
