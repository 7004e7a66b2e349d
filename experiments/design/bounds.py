"""What the numbers of a question of size must be: each refusal names the number and its rule."""

from experiments.errors import InvalidRequest, Violation


def check_between(name: str, value: float, low: float, high: float) -> None:
    """Refuse a value that is not strictly between two bounds.

    Raises:
        InvalidRequest: the value lies outside, on a bound, or is no number.

    >>> check_between("alpha", 0.05, 0, 1)
    >>> check_between("alpha", 1, 0, 1)
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: alpha = 1: must be above 0 and below 1
    """
    if not low < value < high:
        refuse(name, value, f"must be above {low:g} and below {high:g}")


def check_positive(name: str, value: float) -> None:
    """Refuse a value that is not a finite number above 0.

    Raises:
        InvalidRequest: it is not.

    >>> check_positive("deviation", 0.5)
    >>> check_positive("deviation", float("nan"))
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: deviation = nan: must be a finite number above 0
    """
    if not 0 < value < float("inf"):
        refuse(name, value, "must be a finite number above 0")


def check_fewest(name: str, value: float, fewest: float) -> None:
    """Refuse a value that is not a finite number of at least so many.

    Raises:
        InvalidRequest: it is not.

    >>> check_fewest("pairs", 2, 2)
    >>> check_fewest("pairs", 1, 2)
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: pairs = 1: must be a finite number, 2 or more
    """
    if not fewest <= value < float("inf"):
        refuse(name, value, f"must be a finite number, {fewest:g} or more")


def check_share(name: str, value: float) -> None:
    """Refuse a value that is not 0 to 1.

    Raises:
        InvalidRequest: it is not.

    >>> check_share("icc", 1)
    >>> check_share("icc", 1.5)
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: icc = 1.5: must be 0 to 1
    """
    if not 0 <= value <= 1:
        refuse(name, value, "must be 0 to 1")


def refuse(name: str, value: float, rule: str) -> None:
    """Refuse a value by its name and the rule that it breaks.

    >>> refuse("difference", 0, "must differ from 0")
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: difference = 0: must differ from 0
    """
    raise InvalidRequest(Violation(field=name, value=f"{value:.12g}", rule=rule))
