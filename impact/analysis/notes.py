"""Notes of a row: what is said of it, one after the other."""


def joined(*notes: str) -> str:
    """Return the notes that say something as one.

    >>> joined("interim", "", "3 clusters of team")
    'interim; 3 clusters of team'
    """
    return "; ".join(filter(None, notes))
