"""Switchbacks: sums per window give what the contacts of every window give."""

from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from impact.analysis.estimates import Analysis
from tests.impact.join.tables import Row, plan_of
from tests.impact.sufficiency.drawing import CLOSE, JOINED, World, analysed, row_of, worlds
from tests.impact.sufficiency.sandwich import cr2

WINDOWS = 4  # a day
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLAN = plan_of(
    "- {key: wait, role: primary, kind: mean, source: contacts.wait_seconds, window: 1}",
    head="switchback: {window: window_id, burn_in: 0}",
    unit="contact",
)


def drawn(world: World, days: int) -> pd.DataFrame:
    """Draw contacts of four windows a day, two of each arm, of a day that is more or less busy."""
    rng, windows = world.rng(), days * WINDOWS
    arms = np.concatenate([rng.permutation([0, 0, 1, 1]) for _ in range(days)])
    window = np.repeat(np.arange(windows), rng.integers(2, 5, windows))
    n, day = len(window), window // WINDOWS
    busy = world.level + rng.normal(60, 20, days)[day] + rng.normal(0, 5, windows)[window]
    return pd.DataFrame(
        {
            "unit_id": [f"c{place:03}" for place in range(n)],
            "variant": np.where(arms[window], "b", "a"),
            "treated": arms[window].astype(bool),
            "window_id": [f"w{name:02}" for name in window],
            "window": window,
            "day": day,
            "at": [
                BEGIN + timedelta(days=int(one), hours=2 * int(place % WINDOWS))
                for one, place in zip(day, window, strict=True)
            ],
            "wait": (busy + rng.gamma(2.0, 5.0, n)).round(3),
        }
    )


@JOINED
@given(worlds)
def test_errors_between_windows_and_between_days_are_those_of_contacts(world: World) -> None:
    calls = drawn(world, days=9)
    found = report_of(calls)

    design = np.column_stack([calls["treated"], np.eye(9)[calls["day"]]]).astype(float)
    for method, cluster in (("cr2", "window"), ("cr2_by_day", "day")):
        row = row_of(found, "wait", "switchback_effect", method)
        theirs = cr2(design, calls["wait"], calls[cluster])
        assert row.value == pytest.approx(theirs.coefficients[0], rel=CLOSE)
        assert row.std_error == pytest.approx(theirs.errors[0], rel=CLOSE)
        assert row.df == pytest.approx(theirs.df[0], rel=CLOSE)


@JOINED
@given(worlds)
def test_other_draws_of_the_windows_are_those_of_contacts(world: World) -> None:
    calls = drawn(world, days=5)

    row = row_of(report_of(calls), "wait", "switchback_effect", "randomisation")

    assert row.p_value == pytest.approx(share_of_draws(calls), rel=CLOSE)


def report_of(calls: pd.DataFrame) -> Analysis:
    assigned: list[Row] = []
    made: list[Row] = []
    for row in calls.to_dict("records"):
        at = row["at"].isoformat()
        common = {name: row[name] for name in ("unit_id", "variant", "window_id")}
        assigned.append({**common, "assigned_at": at})
        contact = {"contact_id": row["unit_id"], "customer_id": "1", "arrived_at": at}
        made.append({**contact, "wait_seconds": row["wait"]})
    return analysed(PLAN, assigned, contacts=made)


def share_of_draws(calls: pd.DataFrame) -> float:
    """Compare each contact with its day for every draw of two windows a day."""
    y = (calls["wait"] - calls.groupby("day")["wait"].transform("mean")).to_numpy()
    window, day = calls["window"].to_numpy(), calls["day"].to_numpy()
    chosen = np.zeros((6, WINDOWS))
    for place, pair in enumerate(combinations(range(WINDOWS), 2)):
        chosen[place, list(pair)] = 1.0
    days = range(day.max() + 1)
    draws = np.array([np.concatenate(arms) for arms in product(chosen, repeat=len(days))])

    def statistic(arms: np.ndarray) -> np.ndarray:
        apart = arms[:, window].astype(float)
        for one in days:
            inside = day == one
            apart[:, inside] -= apart[:, inside].mean(axis=1, keepdims=True)
        return np.asarray((apart @ y) / np.sqrt((apart**2).sum(axis=1)))

    own = calls.groupby("window")["treated"].first().to_numpy()[None, :]
    observed, others = abs(statistic(own)[0]), abs(statistic(draws))
    return float((others >= observed - CLOSE * others.max()).mean())
