"""The split that units should have where their clusters drew how many of them to treat."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from experiments.plan.document import Plan
from impact.analysis.sufficient import ClusterCounts, SufficientStatistics

PER_CENT = 100.0


class Split(NamedTuple):
    """Units per variant in the clusters of one share, and the weights that the share gives."""

    counts: Sequence[int]
    weights: Sequence[float]


def saturated(plan: Plan, statistics: SufficientStatistics) -> tuple[Split, ...]:
    """Return the splits by share; nothing where none was drawn, or a label is no share.

    The first metric that names clusters speaks for all, with the units that it counts. Labels are
    per cent, or fractions where none is above 1. Nobody is treated at 0 and nobody left at all:
    those say nothing of chance and are left out.

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: agent, control: a, weights: {a: 5000, b: 5000},
    ...     saturation: share, metrics: [{key: handle_time, role: primary, kind: mean, window: 7,
    ...     source: contacts.handle_seconds, cluster: team}]}''')
    >>> quarter = ClusterCounts(segment="share=25%", names=("y",), cluster=np.array([0, 0]),
    ...     variant=np.array(["a", "b"]), n=np.array([74, 26]), sums=np.array([[9.0], [4.0]]))
    >>> saturated(plan, SufficientStatistics(arms=(), checks=CheckCounts(assigned=()),
    ...     clusters={"handle_time": (quarter,)}))
    (Split(counts=[74, 26], weights=[0.75, 0.25]),)
    """
    if not plan.saturation:
        return ()
    counted = list(_of_first_metric(plan, statistics))
    try:
        shares = [float(label.strip().removesuffix("%")) for label, _ in counted]
    except ValueError:
        return ()
    scale = PER_CENT if max(shares, default=0.0) > 1 else 1.0
    return tuple(
        Split(counts=_by_variant(plan, counts), weights=_weights(plan, share / scale))
        for share, (_, counts) in zip(shares, counted, strict=True)
    )


def whole(splits: Sequence[Split]) -> tuple[Sequence[int], Sequence[float]]:
    """Return the counts of all units, and the weights that all shares together give them.

    >>> quarter, half = Split([75, 25], [0.75, 0.25]), Split([60, 40], [0.5, 0.5])
    >>> whole([quarter, half])
    ([135, 65], [125.0, 75.0])
    """
    counts = [sum(column) for column in zip(*(split.counts for split in splits), strict=True)]
    expected = [
        [sum(split.counts) * weight / sum(split.weights) for weight in split.weights]
        for split in splits
    ]
    return counts, [sum(column) for column in zip(*expected, strict=True)]


def _of_first_metric(
    plan: Plan, statistics: SufficientStatistics
) -> Iterator[tuple[str, ClusterCounts]]:
    first = f"{plan.saturation}="
    for metric in plan.metrics:
        found = [
            (counts.segment.removeprefix(first), counts)
            for counts in statistics.clusters.get(metric.key, ())
            if counts.segment.startswith(first)
        ]
        if found:
            yield from found
            return


def _by_variant(plan: Plan, counts: ClusterCounts) -> list[int]:
    return [int(counts.n[counts.variant == variant].sum()) for variant in plan.variants]


def _weights(plan: Plan, share: float) -> list[float]:
    """Return control's weight, and the share parted as the plan's weights are to each other."""
    total = sum(weight for key, weight in plan.weights if key != plan.control)
    return [
        1 - share if key == plan.control else share * weight / total for key, weight in plan.weights
    ]
