"""How alike the units of one group are: what history says of clusters, for sizing the next test."""

import numpy as np

from impact.simulation.trials.outcomes import Floats, Integers, Slots

FEWEST = 2  # groups, and units that are in one with another


def of_groups(numbers: Floats, group: Integers) -> dict[str, float]:
    """Return mean size, variation of sizes and intracluster correlation; nothing of one group.

    `group` numbers the group of each unit, negative for none. The correlation is that of the
    analysis of variance (Donner and Koval 1980, Biometrics 36:19), 0 where it is negative.

    >>> found = of_groups(np.array([1.0, 1, 2, 2, 6, 6]), np.array([0, 0, 1, 1, 2, 2]))
    >>> {name: round(value, 3) for name, value in found.items()}
    {'cluster_size': 2.0, 'size_variation': 0.0, 'icc': 1.0}
    """
    sizes, means, within = _by_group(numbers, group)
    total, groups = sizes.sum(), len(sizes)
    if groups < FEWEST or total <= groups:
        return {}
    between = float((sizes * (means - (sizes * means).sum() / total) ** 2).sum()) / (groups - 1)
    inside = within / (total - groups)
    typical = (total - (sizes**2).sum() / total) / (groups - 1)
    whole = between + (typical - 1) * inside
    return {
        "cluster_size": float(sizes.mean()),
        "size_variation": float(sizes.std(ddof=1) / sizes.mean()),
        "icc": max(float((between - inside) / whole), 0.0) if whole > 0 else 0.0,
    }


def of_windows(numbers: Floats, slots: Slots) -> dict[str, float]:
    """Return the same of the windows of a switchback, and what of it lies between days.

    `day_share` is the part of the variance between windows that windows of one day share.

    >>> slots = Slots(of_unit=np.repeat([0, 1, 2, 3], 2), settled=np.ones(8, dtype=bool),
    ...     day=np.array([0, 0, 1, 1]), block=np.zeros(4, dtype=int), began=np.arange(4.0))
    >>> found = of_windows(np.array([1.0, 2, 1, 2, 6, 7, 6, 7]), slots)
    >>> found["cluster_size"], found["windows_a_day"], round(found["day_share"], 3)
    (2.0, 2.0, 1.0)
    """
    found = of_groups(numbers, slots.of_unit)
    if not found:
        return {}
    seen = np.unique(slots.of_unit)
    _, means, _ = _by_group(numbers, slots.of_unit)
    day = slots.day[seen]
    found["windows_a_day"] = float(np.bincount(np.unique(slots.day, return_inverse=True)[1]).max())
    of_days = of_groups(means, day)
    between = found["icc"] * float(numbers.var(ddof=1))
    if of_days and between > 0:
        shared = of_days["icc"] * float(means.var(ddof=1))
        found["day_share"] = min(shared / between, 1.0)
    return found


def _by_group(numbers: Floats, group: Integers) -> tuple[Floats, Floats, float]:
    """Return sizes and means of the groups that there are, and the squares within them."""
    known = group >= 0
    _, place = np.unique(group[known], return_inverse=True)
    sizes = np.bincount(place).astype(np.float64)
    means = np.bincount(place, numbers[known]) / sizes
    return sizes, np.asarray(means), float(((numbers[known] - means[place]) ** 2).sum())
