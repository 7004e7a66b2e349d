"""Power by simulation where a whole queue alternates between windows of time."""

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from tests.impact.management.test_power_clusters import power

PLAN = """\
key: patience
unit: contact
control: clock
weights: {clock: 5000, care: 5000}
switchback: {window: window_id, burn_in: 15}
metrics:
  - {key: wait, role: primary, kind: mean, source: contacts.wait_seconds, window: 1,
     direction: decrease}
  - {key: resolved, role: secondary, kind: proportion, source: contacts.resolved, window: 1}
  - {key: transferred, role: secondary, kind: proportion, source: contacts.transferred, window: 1,
     direction: decrease}
  - {key: handle, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 1, direction: decrease}
  - {key: slowest, role: secondary, kind: quantile, quantile: 0.9, source: contacts.wait_seconds,
     window: 1}
  - {key: retention, role: secondary, kind: time_to_event, source: churn, horizon: 60}
"""
ALIKE = ("--cluster-size=40", "--icc=0.1", "--variation=0.5", "--adherence=1")


def asked(windows: int, effect: float, repeats: int, *further: str) -> tuple[str, ...]:
    return (f"--units={windows}", f"--effect={effect}", f"--repeats={repeats}", *ALIKE, *further)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("windows", "effect", "further"),
    [
        (168, 0.06, ("--law=normal",)),
        (168, 0.06, ("--law=normal", "--day-share=0.8")),
        (168, 0.08, ("--law=normal", "--windows-a-day=2")),
        (168, 0.08, ("--law=normal", "--windows-a-day=1")),
        (168, 0.09, ("--law=normal", "--carried=0.3")),
        (168, 0.06, ("--metric=handle", "--size-variation=0.5")),
        (168, 0.12, ("--metric=resolved",)),
        (168, 0.25, ("--metric=transferred", "--baseline=0.3")),
    ],
)
def test_with_many_windows_the_simulation_agrees_with_the_paired_test(
    tmp_path: Path, windows: int, effect: float, further: tuple[str, ...]
) -> None:
    row = power(tmp_path, PLAN, *asked(windows, effect, 400, *further))

    assert 0.4 < row["formula"] < 0.97
    assert row["found"]["value"] == pytest.approx(row["formula"], abs=0.06)


def test_a_large_effect_is_found_and_none_seldom(tmp_path: Path) -> None:
    few = ("--windows-a-day=4", "--day-share=0.5", "--serial=0.3")

    large = power(tmp_path, PLAN, *asked(56, 0.3, 20, *few))
    none = power(tmp_path, PLAN, *asked(56, 0, 40, *few))

    assert large["found"]["value"] == 1
    assert none["found"]["low"] < 0.05
    assert large["answered"] == 20


def test_what_days_share_costs_nothing_and_what_windows_share_does(tmp_path: Path) -> None:
    few = ("--windows-a-day=4", "--icc=0.4", "--cluster-size=200", "--law=normal")

    of_days = power(tmp_path, PLAN, *asked(56, 0.15, 20, *few, "--day-share=0.99"))
    of_windows = power(tmp_path, PLAN, *asked(56, 0.15, 20, *few))

    assert of_days["formula"] > 0.95
    assert of_days["found"]["value"] > 0.9
    assert of_windows["formula"] < 0.5
    assert of_windows["found"]["value"] < 0.75


def test_what_is_carried_over_is_not_seen(tmp_path: Path) -> None:
    few = ("--windows-a-day=4", "--law=normal")

    at_once = power(tmp_path, PLAN, *asked(56, 0.15, 20, *few))
    carried = power(tmp_path, PLAN, *asked(56, 0.15, 20, *few, "--carried=0.9"))

    assert at_once["found"]["value"] > 0.8
    assert carried["found"]["value"] < 0.4


def test_windows_that_go_on_from_the_one_before_have_no_formula(tmp_path: Path) -> None:
    row = power(tmp_path, PLAN, *asked(56, 0.15, 2, "--windows-a-day=4", "--serial=0.5"))

    assert row["formula"] is None


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (("--metric=slowest",), "quantiles are not simulated in a switchback"),
        (("--metric=retention",), "is not identified: customers meet several variants"),
        (("--units=100",), "units = 100: must be a multiple of 168: 2 weeks of 12 windows a day"),
        (("--windows-a-day=25",), "windows_a_day = 25: must be 1 to 24"),
        (("--day-share=2",), "day_share = 2: must be 0 to 1"),
        (("--serial=1",), "serial = 1: must be above -1 and below 1"),
        (("--carried=1.5",), "carried = 1.5: must be 0 to 1"),
    ],
)
def test_windows_that_cannot_be_are_refused_by_name(
    tmp_path: Path, further: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        power(tmp_path, PLAN, *asked(168, 0.2, 2, *further))


def test_weights_that_no_weeks_divide_into_whole_ones_are_refused(tmp_path: Path) -> None:
    odd = PLAN.replace("{clock: 5000, care: 5000}", "{clock: 4999, care: 5001}")
    uneven = PLAN.replace("{clock: 5000, care: 5000}", "{clock: 9990, care: 10}")

    assert power(tmp_path, odd, *asked(168, 0.2, 1))["answered"] == 1
    with pytest.raises(CommandError, match="weights = 9990, 10: must divide a number of weeks"):
        power(tmp_path, uneven, *asked(168, 0.2, 1))
