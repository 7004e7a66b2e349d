"""Windows drawn among those of their weekday and hour are compared with those."""

from datetime import timedelta

import numpy as np
import pytest

from impact.analysis.estimates import Estimate
from tests.impact.analysis.switchback.test_rows import BEGIN, analysed, rows
from tests.impact.join.tables import Row
from tests.impact.stats.answers import known

EFFECT = 30.0
WEEKS = 4


def scheduled() -> tuple[list[Row], list[Row]]:
    """Draw contacts of four windows a day, whose waits differ by 90 seconds from hour to hour."""
    rng = np.random.default_rng(7)
    first = {(pair, day, place): rng.random() < 0.5 for pair, day, place in np.ndindex(2, 7, 4)}
    assigned: list[Row] = []
    made: list[Row] = []
    for week, day, place in np.ndindex(WEEKS, 7, 4):
        pair, busy = week // 2, rng.normal(60, 20)
        treated = first[pair, day, place] == (week % 2 == 0)
        for contact in range(6):
            at = BEGIN + timedelta(weeks=week, days=day, hours=2 * place, minutes=20 + contact)
            name = f"{week}{day}{place}{contact}"
            waited = busy + 90 * place + EFFECT * treated + rng.normal(0, 5)
            common = {"unit_id": name, "variant": "ab"[treated], "assigned_at": at.isoformat()}
            window = {"window_id": at.date().isoformat() + f"-{place}", "window_minute": "20"}
            assigned.append({**common, **window, "window_block": f"{pair}-{day}-{place}"})
            made.append(
                {
                    "contact_id": name,
                    "customer_id": "1",
                    "arrived_at": at.isoformat(),
                    "wait_seconds": round(float(waited), 3),
                }
            )
    return assigned, made


def effects(assigned: list[Row], made: list[Row]) -> dict[str, Estimate]:
    return rows(analysed(assigned, made), "switchback_effect")


def test_hours_that_differ_do_not_widen_what_was_drawn_within_them() -> None:
    assigned, made = scheduled()

    found = effects(assigned, made)
    blind = effects([{**row, "window_block": ""} for row in assigned], made)

    for method in ("cr2", "cr2_by_day", "randomisation"):
        row = found[method]
        assert known(row.ci_low) < EFFECT < known(row.ci_high)
        assert row.note.startswith("112 windows on 28 days, drawn within 56 blocks")
        assert "blocks" not in blind[method].note
    assert known(found["cr2"].std_error) < 0.4 * known(blind["cr2"].std_error)
    assert found["randomisation"].value == pytest.approx(found["cr2"].value)
    width = {name: row["randomisation"] for name, row in (("found", found), ("blind", blind))}
    wide = {name: known(row.ci_high) - known(row.ci_low) for name, row in width.items()}
    assert wide["found"] < 0.4 * wide["blind"]
