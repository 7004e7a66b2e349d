"""Which buckets a variant owns: [cum, cum + coverage * weight // 10000).

The start of a range depends on the weights alone, so that a ramp of the coverage moves nobody
from one variant to another: it only lets more units in.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from experiments.assignment.hashing import BUCKETS


class BucketRange(NamedTuple):
    """The buckets from `start` to before `end` belong to `variant`."""

    variant: str
    start: int
    end: int


def bucket_ranges(
    weights: Iterable[tuple[str, int]], *, coverage: int = BUCKETS
) -> Iterator[BucketRange]:
    """Yield the range of every variant, in the order of the weights.

    Weights are integers that sum to 10,000, coverage is 0 to 10,000; floor division, as in SQL.

    >>> [(each.start, each.end) for each in bucket_ranges([("a", 3333), ("b", 6667)], coverage=50)]
    [(0, 16), (3333, 3366)]
    """
    start = 0
    for variant, weight in weights:
        yield BucketRange(variant, start, start + coverage * weight // BUCKETS)
        start += weight
