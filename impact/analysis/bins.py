"""The labels of a covariate that are ours, not the data's: declared bins, and nothing at all."""

from itertools import pairwise

MISSING = "(missing)"


def bin_labels(edges: tuple[float, ...]) -> tuple[str, ...]:
    """Label the bins that ascending edges cut: label k is for values with k edges at or below.

    >>> bin_labels((30, 60.5))
    ('<30', '30-60.5', '>=60.5')
    >>> bin_labels(())
    ()
    """
    if not edges:
        return ()
    middle = (f"{low:.15g}-{high:.15g}" for low, high in pairwise(edges))
    return (f"<{edges[0]:.15g}", *middle, f">={edges[-1]:.15g}")
