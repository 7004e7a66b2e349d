"""Two-stage assignment: a cluster draws how many of its units are treated, then units are hashed.

The cluster's bucket, `sha256("s:" + salt + ":" + cluster)` as of any unit, falls into the range
of a level; levels own their weights of the buckets, in order. Slots of a schedule draw theirs in
blocks. The level's share then takes the place of the weights: control keeps the rest, the other
variants part the share as their weights are to each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from experiments.assignment.hashing import BUCKETS
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition, Violation

FIELD = "saturation"
CLUSTERS = ("queue", "team", "window_id")
FEWEST_LEVELS = 2
MOST_LEVELS = 20
PER_CENT = 100
SMALLEST = 100  # of 10,000: a label of 1 is a hundredth to one reader and everybody to another


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """`share` of 10,000 units are treated in a cluster of this level, which has `weight`."""

    share: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """Which attribute names the cluster, and what shares clusters draw with which weights.

    Raises:
        InvalidDefinition: with every broken rule, named by its path (`saturation.levels`).
    """

    cluster: str
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        if violations := tuple(_violations(self)):
            raise InvalidDefinition(*violations)

    @property
    def weights(self) -> tuple[tuple[int, int], ...]:
        """Shares and their weights, in order."""
        return tuple((level.share, level.weight) for level in self.levels)


def saturation_of(document: Mapping[str, object]) -> Saturation:
    """Return the saturation of a JSON document.

    Raises:
        InvalidDefinition: as for `Saturation`, or a field is unknown or missing.

    >>> saturation_of({"cluster": "queue", "levels": [
    ...     {"share": 0, "weight": 5000}, {"share": 5000, "weight": 5000}]}).weights
    ((0, 5000), (5000, 5000))
    """
    levels = document.get("levels")
    if set(document) != {"cluster", "levels"} or not isinstance(levels, list):
        rule = "must have cluster and levels, a list"
        raise InvalidDefinition(violation(FIELD, dict(document), rule))
    for place, level in enumerate(levels):
        if not isinstance(level, dict) or set(level) != {"share", "weight"}:
            rule = "must have share and weight"
            raise InvalidDefinition(violation(f"{FIELD}.levels[{place}]", level, rule))
    return Saturation(
        cluster=document["cluster"],  # type: ignore[arg-type]  # checked by the value itself
        levels=tuple(Level(**level) for level in levels),
    )


def document_of(saturation: Saturation) -> dict[str, object]:
    """Return the document that `saturation_of` reads."""
    levels = [{"share": level.share, "weight": level.weight} for level in saturation.levels]
    return {"cluster": saturation.cluster, "levels": levels}


def label(share: int) -> str:
    """Return a share of 10,000 as it is recorded: in per cent.

    >>> label(2500), label(1250), label(0)
    ('25', '12.5', '0')
    """
    return f"{share / PER_CENT:g}"


def saturated_weights(
    weights: tuple[tuple[str, int], ...], control: str, share: int
) -> tuple[tuple[str, int], ...]:
    """Return the weights of a cluster in which `share` of 10,000 are treated, in the same order.

    Rounded down; the last of the treated variants gets what is left of the share.

    >>> saturated_weights((("control", 4000), ("calm", 2000), ("slow", 4000)), "control", 5000)
    (('control', 5000), ('calm', 1666), ('slow', 3334))
    """
    treated = [(key, weight) for key, weight in weights if key != control]
    total = sum(weight for _, weight in treated)
    parts = {key: share * weight // total for key, weight in treated}
    parts[treated[-1][0]] += share - sum(parts.values())
    parts[control] = BUCKETS - share
    return tuple((key, parts[key]) for key, _ in weights)


def _violations(saturation: Saturation) -> Iterator[Violation]:
    if saturation.cluster not in CLUSTERS:
        rule = f"must be one of {', '.join(CLUSTERS)}"
        yield violation(f"{FIELD}.cluster", saturation.cluster, rule)
    for place, level in enumerate(saturation.levels):
        for name, value in (("share", level.share), ("weight", level.weight)):
            if not _is_integer(value) or not 0 <= value <= BUCKETS:
                rule = f"must be an integer, 0 to {BUCKETS}"
                yield violation(f"{FIELD}.levels[{place}].{name}", value, rule)
                return
        if 0 < level.share <= SMALLEST:
            rule = f"must be 0, or more than {SMALLEST}: 1 would read as all"
            yield violation(f"{FIELD}.levels[{place}].share", level.share, rule)
    shares = [level.share for level in saturation.levels]
    if not FEWEST_LEVELS <= len(set(shares)) == len(shares) <= MOST_LEVELS:
        rule = f"must be {FEWEST_LEVELS} to {MOST_LEVELS} different shares"
        yield violation(f"{FIELD}.levels", shares, rule)
    weights = [level.weight for level in saturation.levels]
    if sum(weights) != BUCKETS:
        rule = f"must have weights that sum to {BUCKETS}"
        yield violation(f"{FIELD}.levels", weights, rule)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
