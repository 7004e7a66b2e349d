"""Which rows mix versions of different splits, and what is left of them."""

from impact.analysis.estimates import Estimate

CHANGED = "the split changed between versions: the arms hold units of different times"
MIXED = f"{CHANGED}; see the row that compares within versions"
WITHIN = frozenset({"hazard_ratio", "coefficient", "likelihood_ratio", "proportional_hazards"})


def mixes_epochs(row: Estimate) -> bool:
    """Whether a row compares arms over all versions together.

    Rows of one arm are facts, and models of time to event have each version as a stratum.

    >>> from dataclasses import replace
    >>> row = Estimate(metric="paid", kind="mean", method="student", quantity="mean", variant="b")
    >>> mixes_epochs(row), mixes_epochs(replace(row, baseline="a"))
    (False, True)
    >>> hazards = replace(row, kind="time_to_event", quantity="hazard_ratio", baseline="a")
    >>> mixes_epochs(hazards)
    False
    """
    if row.kind == "time_to_event" and (row.quantity in WITHIN or "stratified" in row.method):
        return False
    compares = bool(row.variant and row.baseline) or row.statistic is not None
    return compares and row.kind != "check"
