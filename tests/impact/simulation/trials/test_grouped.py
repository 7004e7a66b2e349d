"""What history says of likeness: known levels come out again."""

import numpy as np
import pytest

from impact.simulation.trials.grouped import of_groups, of_windows
from impact.simulation.trials.outcomes import Slots


def test_the_correlation_of_unequal_clusters_is_the_one_put_in() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(400), rng.integers(5, 60, 400))
    numbers = rng.normal(0, np.sqrt(0.15), 400)[group] + rng.normal(0, np.sqrt(0.85), group.size)

    found = of_groups(numbers, group)

    assert found["icc"] == pytest.approx(0.15, abs=0.03)
    assert found["cluster_size"] == pytest.approx(group.size / 400)
    assert found["size_variation"] == pytest.approx(0.5, abs=0.05)


def test_who_has_no_cluster_is_left_out_and_one_cluster_says_nothing() -> None:
    numbers, group = np.array([1.0, 1, 3, 3, 99]), np.array([0, 0, 1, 1, -1])

    assert of_groups(numbers, group)["cluster_size"] == 2
    assert of_groups(numbers[:2], group[:2]) == {}
    assert of_groups(numbers[[0, 2]], group[[0, 2]]) == {}


@pytest.mark.parametrize("share", [0.0, 0.7])
def test_what_windows_of_a_day_share_is_told(share: float) -> None:
    rng = np.random.default_rng(9)
    windows, a_day, calls = 4000, 8, 20
    day = np.arange(windows) // a_day
    level = np.sqrt(share) * rng.normal(size=windows // a_day)[day]
    level += np.sqrt(1 - share) * rng.normal(size=windows)
    of_unit = np.repeat(np.arange(windows), calls)
    numbers = np.sqrt(0.2) * level[of_unit] + np.sqrt(0.8) * rng.normal(size=of_unit.size)
    slots = Slots(
        of_unit=of_unit,
        settled=np.ones(of_unit.size, dtype=bool),
        day=day,
        block=day,
        began=np.arange(0.0, windows * 180.0, 180.0),
    )

    found = of_windows(numbers, slots)

    assert found["icc"] == pytest.approx(0.2, abs=0.02)
    assert found["windows_a_day"] == a_day
    assert found["day_share"] == pytest.approx(share, abs=0.06)
