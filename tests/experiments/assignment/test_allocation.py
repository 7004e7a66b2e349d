from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from experiments.assignment.allocation import BucketRange, bucket_ranges
from experiments.assignment.hashing import BUCKETS


@st.composite
def weights(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Two to eight shares that sum to 10,000, some of them zero."""
    inner = draw(st.lists(st.integers(0, BUCKETS), min_size=1, max_size=7))
    cuts = [0, *sorted(inner), BUCKETS]
    return [(f"arm_{place}", end - start) for place, (start, end) in enumerate(pairwise(cuts))]


coverages = st.integers(0, BUCKETS)


def owners(ranges: list[BucketRange]) -> list[str | None]:
    found: list[str | None] = [None] * BUCKETS
    for each in ranges:
        for number in range(each.start, each.end):
            assert found[number] is None, "two variants own a bucket"
            found[number] = each.variant
    return found


@given(weights())
def test_at_full_coverage_the_weights_are_the_exact_partition(
    shares: list[tuple[str, int]],
) -> None:
    found = owners(list(bucket_ranges(shares)))

    assert {variant: found.count(variant) for variant, _ in shares} == dict(shares)
    assert None not in found


@given(weights(), coverages)
def test_coverage_takes_the_floor_of_its_share_of_every_variant(
    shares: list[tuple[str, int]], coverage: int
) -> None:
    widths = [each.end - each.start for each in bucket_ranges(shares, coverage=coverage)]

    assert widths == [coverage * weight // BUCKETS for _, weight in shares]


@given(weights(), coverages, coverages)
def test_ramping_coverage_moves_nobody(shares: list[tuple[str, int]], one: int, other: int) -> None:
    low, high = sorted((one, other))
    before = owners(list(bucket_ranges(shares, coverage=low)))
    after = owners(list(bucket_ranges(shares, coverage=high)))

    assert all(old in {None, new} for old, new in zip(before, after, strict=True))
