"""How far a true effect is from the margin that is to be ruled out."""

from experiments.design.bounds import refuse


def positive_distance(distance: float, effect: float) -> float:
    """Return how far the truth is from the margin; refuse what no size rules out.

    Raises:
        InvalidRequest: the truth is as bad as the margin, or worse.

    >>> positive_distance(0.02, 0.0)
    0.02
    """
    if distance <= 0:
        refuse("effect", effect, "must be better than the margin: no size rules out what is there")
    return distance
