"""Power by simulation of lifetime revenue: what is paid until a horizon that not all reach."""

import math
from pathlib import Path

import numpy as np
import pytest
from django.core.management.base import CommandError

from experiments.design import means
from tests.impact.management.test_power_clusters import power

PLAN = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: lifetime, role: primary, kind: mean, source: revenue.amount, horizon: 90}
"""
SEEN = ("--days=90", "--accrual=0")  # everybody, to the end
VARIATION = 0.4


def asked(units: int, effect: float, repeats: int, *further: str) -> tuple[str, ...]:
    alike = ("--adherence=1", f"--variation={VARIATION}")
    return (f"--units={units}", f"--effect={effect}", f"--repeats={repeats}", *alike, *further)


def variation_of_revenue(monthly_churn: float) -> float:
    """Return deviation over mean of what is paid in 90 days, three payments for who stays.

    The first is on one of the days 0 to 29, each as likely; who churns on a day has paid on it.
    """
    stay = (1 - monthly_churn) ** (1 / 30)
    payments = [
        (sum(stay ** (first + 30 * k) for k in range(3)), _square(stay, first))
        for first in range(30)
    ]
    once, twice = np.mean(payments, axis=0)
    return math.sqrt((1 + VARIATION**2) * twice / once**2 - 1)


def _square(stay: float, first: int) -> float:
    """Return the mean square of the number of payments: the k-th adds 2 k - 1."""
    return sum((2 * k + 1) * stay ** (first + 30 * k) for k in range(3))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("churn", "effect"),
    [(0.02, 0.06), (0.2, 0.08)],
)
def test_where_all_is_seen_the_simulation_agrees_with_the_formula_of_means(
    tmp_path: Path, churn: float, effect: float
) -> None:
    row = power(tmp_path, PLAN, *asked(1600, effect, 1500, f"--monthly-churn={churn}", *SEEN))

    formula = means.power(1600, effect, variation_of_revenue(churn))
    assert 0.5 < formula < 0.95
    assert row["found"]["value"] == pytest.approx(formula, abs=0.05)


def test_a_large_effect_is_found_and_none_seldom(tmp_path: Path) -> None:
    further = ("--monthly-churn=0.1", "--days=100", "--accrual=60")

    large = power(tmp_path, PLAN, *asked(600, 0.3, 20, *further))
    none = power(tmp_path, PLAN, *asked(600, 0, 40, *further))

    assert large["found"]["value"] > 0.9
    assert none["found"]["low"] < 0.05
    assert large["formula"] is None
    assert large["answered"] == 20


def test_who_leaves_sight_takes_power_away(tmp_path: Path) -> None:
    """Seven in ten are out of sight by the horizon."""
    seen = power(tmp_path, PLAN, *asked(600, 0.1, 40, *SEEN))
    lost = power(tmp_path, PLAN, *asked(600, 0.1, 40, *SEEN, "--monthly-loss=0.33"))

    assert seen["found"]["value"] > 0.7
    assert lost["found"]["value"] < seen["found"]["value"] - 0.25


def test_staying_brings_less_than_the_share_of_churn_that_it_saves(tmp_path: Path) -> None:
    """At 2 % churn a month half of it is a hundredth of the revenue."""
    further = ("--monthly-churn=0.02", *SEEN)

    paid = power(tmp_path, PLAN, *asked(600, 0.5, 20, *further))
    stayed = power(tmp_path, PLAN, *asked(600, 0.5, 40, *further, "--through=churn"))
    leaving = ("--monthly-churn=0.5", "--through=churn", *SEEN)
    many = power(tmp_path, PLAN, *asked(600, 0.5, 20, *leaving))

    assert paid["found"]["value"] == 1
    assert stayed["found"]["value"] < 0.3
    assert many["found"]["value"] > 0.8


def test_a_horizon_that_nobody_reaches_has_no_answer_and_says_why(tmp_path: Path) -> None:
    row = power(tmp_path, PLAN, *asked(100, 0.1, 2, "--days=60"))

    assert row["answered"] == 0
    assert "too few customers could be observed until the horizon" in row["reasons"][0]


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (("--every=0",), "every = 0: must be a finite number, 1 or more"),
        (("--zeros=0.9",), "variation = 0.4: must be above 3"),
    ],
)
def test_payments_that_cannot_be_are_refused_by_name(
    tmp_path: Path, further: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        power(tmp_path, PLAN, *asked(100, 0.1, 2, *further))
