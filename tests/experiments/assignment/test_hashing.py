from collections.abc import Callable
from zlib import crc32

import numpy as np
import pytest

from experiments.assignment.hashing import (
    BUCKETS,
    SALT,
    Purpose,
    bucket,
    bucket_after,
    buckets_after,
    new_salt,
    prefix,
)

SALTS = [f"kX3_vT9-aB2mQ7{number:02d}" for number in range(100)]


@pytest.mark.parametrize(
    ("unit", "expected"),
    # digits=$(printf %s "x:kX3_vT9-aB2mQ7pR:$unit" | sha256sum | cut -c1-13)
    # echo $((16#$digits % 10000))
    [("0012", 8539), ("12", 555), ("Müller", 2016), ("\U0001f600", 1350)],
)
def test_a_bucket_is_what_sha256sum_and_the_shell_compute(unit: str, expected: int) -> None:
    assert bucket(Purpose.EXPERIMENT, "kX3_vT9-aB2mQ7pR", unit) == expected


def test_layer_and_experiment_hash_the_same_salt_differently() -> None:
    units = [f"customer-{number}" for number in range(1_000)]

    same = sum(
        bucket(Purpose.LAYER, "kX3_vT9-aB2mQ7pR", unit)
        == bucket(Purpose.EXPERIMENT, "kX3_vT9-aB2mQ7pR", unit)
        for unit in units
    )

    assert same < 5


def test_many_buckets_are_the_buckets_of_each() -> None:
    units = [f"customer-{number}" for number in range(100)]
    start = prefix(Purpose.EXPERIMENT, "kX3_vT9-aB2mQ7pR")

    assert buckets_after(start, units) == [bucket_after(start, unit) for unit in units]


def test_new_salts_are_fit_and_differ() -> None:
    salts = {new_salt() for _ in range(1_000)}

    assert len(salts) == 1_000
    assert all(SALT.fullmatch(salt) for salt in salts)


def test_buckets_are_uniform() -> None:
    # Chi-square over 100 cells of 100 buckets, 99 degrees of freedom: 0.999 quantile 148.2.
    units = [f"{number:08d}" for number in range(50_000)]
    buckets = np.array(buckets_after(prefix(Purpose.EXPERIMENT, "kX3_vT9-aB2mQ7pR"), units))

    counts = np.bincount(buckets // 100, minlength=100)

    assert float(((counts - 500) ** 2 / 500).sum()) < 148.2


def test_near_identical_salts_split_independently() -> None:
    # 4,950 standard normal values: the largest is about 4 in size, beyond 5.2 once in 1,000.
    assert largest_z(lambda salt, unit: bucket(Purpose.EXPERIMENT, salt, unit)) < 5.2


def test_a_checksum_for_a_hash_would_fail_the_test_of_independence() -> None:
    assert largest_z(lambda salt, unit: crc32(f"x:{salt}:{unit}".encode()) % BUCKETS) > 20


def largest_z(bucket_of: Callable[[str, str], int]) -> float:
    """Return the largest z of 4,950 pairs of salts: agreement of their 50/50 splits."""
    units = [f"customer-{number}" for number in range(10_000)]
    splits = np.array(
        [
            [1.0 if bucket_of(salt, unit) < BUCKETS // 2 else -1.0 for unit in units]
            for salt in SALTS
        ]
    )
    z = splits @ splits.T / np.sqrt(len(units))
    return float(np.abs(z[np.triu_indices(len(SALTS), 1)]).max())
