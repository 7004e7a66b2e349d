"""The limit of a hazard ratio when one arm has no events: closed forms, symmetry, error rate."""

from collections.abc import Sequence

import numpy as np
import pytest

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.monotone import OneLimit, one_limit


def sample(
    time: Sequence[float],
    event: Sequence[int],
    arm: Sequence[int],
    n: Sequence[int] | None = None,
    **more: object,
) -> CoxSample:
    design = np.array(arm, dtype=float)[:, None]
    return CoxSample(time=time, event=event, design=design, terms=("arm",), n=n, **more)  # type: ignore[arg-type]  # a test names real fields


def limit(cells: CoxSample, level: float = 0.95) -> OneLimit:
    found = one_limit(cells, level=level)
    assert isinstance(found, OneLimit), found
    return found


@pytest.mark.parametrize("d", [1, 4, 60])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_of_many_at_risk_it_is_the_limit_of_clopper_and_pearson(d: int, level: float) -> None:
    many = 10**8
    days = [float(day) for day in range(1, d + 1)]
    cells = sample([*days, d + 1, d + 1], [1] * d + [0, 0], [0] * (d + 1) + [1],
                   [1] * d + [many, many])  # fmt: skip

    found = limit(cells, level)

    share = 1 - ((1 - level) / 2) ** (1 / d)
    assert found.low is None
    assert found.high == pytest.approx(share / (1 - share), rel=1e-4)
    assert found.p_value == pytest.approx(min(1.0, 2 * 0.5**d), rel=1e-4)


def test_the_other_arm_without_events_has_one_over_the_limit() -> None:
    time, event, arm = [1, 2, 2, 5, 5, 5, 6], [1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]
    turned = [1 - each for each in arm]

    below, above = limit(sample(time, event, arm)), limit(sample(time, event, turned))

    assert below.low is None
    assert above.high is None
    assert below.high is not None
    assert above.low == pytest.approx(1 / below.high)
    assert below.p_value == pytest.approx(above.p_value)


def test_strata_multiply_and_who_enters_late_is_not_at_risk_before() -> None:
    two = sample([1, 9, 1, 9], [1, 0, 1, 0], [0, 1, 0, 1], stratum=["a", "a", "b", "b"])
    late = sample([1, 2, 9, 9], [1, 1, 0, 0], [0, 0, 1, 1], entry=[0, 0, 0, 1])

    assert limit(two).high == pytest.approx(40**0.5 - 1)  # (1 / (1 + x)) twice
    assert limit(late).p_value == pytest.approx(2 * (2 / 3) * (1 / 3))


@pytest.mark.parametrize(
    ("event", "arm", "reason"),
    [
        ([1, 1, 0], [0, 1, 1], "both arms have events"),
        ([0, 0, 0], [0, 1, 1], "no events"),
        ([0, 0, 1], [1, 1, 0], "no event happened while both arms were at risk"),
    ],
)
def test_without_a_limit_it_says_why(event: list[int], arm: list[int], reason: str) -> None:
    assert one_limit(sample([1, 2, 3], event, arm), level=0.95) == NotEstimable(reason)


@pytest.mark.parametrize(("ratio", "n"), [(1.0, 6), (0.1, 40), (0.03, 120)])
def test_the_limit_misses_no_more_often_than_it_says(ratio: float, n: int) -> None:
    """The chi-square limit of the profile likelihood would miss in 6 and 8 % of the latter two."""
    rng = np.random.default_rng(4)
    runs, missed, met = 1500, 0, 0
    arm = np.repeat([0, 1], n)
    for _ in range(runs):
        churn = rng.exponential(np.where(arm == 1, 1 / ratio, 1.0))
        end = rng.uniform(0.2, 1.2, 2 * n)
        event = (churn <= end).astype(int)
        if event[arm == 1].any() or not event.any():
            continue
        found = one_limit(
            CoxSample(time=np.minimum(churn, end), event=event, design=arm[:, None], terms=("a",)),
            level=0.95,
        )
        assert isinstance(found, OneLimit)
        met += 1
        missed += found.high is not None and found.high < ratio

    assert met > 0
    assert missed / runs < 0.025 + 3 * (0.025 * 0.975 / runs) ** 0.5
