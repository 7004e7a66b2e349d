"""Rows of a switchback, from contacts that come in windows of time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from experiments.plan.document import Unit
from impact.analysis.estimates import Analysis, CheckStatus, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.headlines import effect_row
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known

PLAN = replace(
    plan_of(
        "- {key: m, role: primary, kind: mean, source: contacts.wait_seconds, window: 1}",
    ),
    unit=Unit.CONTACT,
)
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTES = (0, 5, 20, 40, 70, 100)  # after the window began; 2 of 6 are in a burn-in of 15


def contacts(
    days: int, seed: int = 4, early: float = 0.0, effect: float = 30.0, lingers: float = 0.0
) -> tuple[list[Row], list[Row]]:
    """Draw contacts of four windows of two hours a day; `early` is added within a burn-in."""
    rng = np.random.default_rng(seed)
    assigned: list[Row] = []
    made: list[Row] = []
    for day in range(days):
        arms = rng.permutation([0, 0, 1, 1])
        busy = rng.normal(60, 20)
        for place, arm in enumerate(arms):
            for minute in MINUTES:
                at = BEGIN + timedelta(days=day, hours=2 * place, minutes=minute)
                name = f"{day:02}-{place}-{minute:03}"
                before = arms[place - 1] if place else 0
                waited = (
                    busy
                    + effect * arm
                    + lingers * before
                    + early * (minute < 15)
                    + rng.normal(0, 5)
                )
                common = {"unit_id": name, "variant": "ab"[arm], "assigned_at": at.isoformat()}
                assigned.append({**common, "window_id": f"w{day:02}{place}"})
                made.append(
                    {
                        "contact_id": name,
                        "customer_id": "1",
                        "arrived_at": at.isoformat(),
                        "wait_seconds": round(float(waited), 3),
                    }
                )
    return assigned, made


def analysed(
    assigned: Sequence[Row], made: Sequence[Row], window: str = "{window: window_id, burn_in: 15}"
) -> Analysis:
    asked = plan_of(
        "- {key: m, role: primary, kind: mean, source: contacts.wait_seconds, window: 1}",
        head=f"switchback: {window}",
        unit="contact",
    )
    counted = compute(asked, assigned, contacts=made)
    return evaluate(asked, load(dump(counted)), as_of=AS_OF)


def rows(analysis: Analysis, quantity: str) -> dict[str, Estimate]:
    return {row.method: row for row in analysis.estimates if row.quantity == quantity}


def test_the_effect_stands_by_window_by_day_and_by_the_draw() -> None:
    analysis = analysed(*contacts(20))

    effects = rows(analysis, "switchback_effect")
    decides = effect_row(PLAN.primary, "b", analysis.estimates)
    assert set(effects) == {"cr2", "cr2_by_day", "randomisation"}
    for row in effects.values():
        assert known(row.ci_low) < 30 < known(row.ci_high)
        assert row.value == pytest.approx(effects["cr2"].value)
        assert "80 windows on 20 days" in row.note
    assert decides is not None
    assert (decides.method, decides.value) == ("cr2", effects["cr2"].value)
    assert not [row for row in analysis.estimates if row.method == "welch" and row.metric == "m"]


def test_waiting_is_identified_because_the_whole_queue_has_one_variant() -> None:
    analysis = analysed(*contacts(20))

    assert "not identified" not in " ".join(row.note for row in analysis.estimates)
    assert {check.name: check.status for check in analysis.checks}["sample_ratio"] is (
        CheckStatus.PASS
    )


def test_the_burn_in_of_each_window_is_left_out() -> None:
    with_burn_in = analysed(*contacts(20, early=1_000.0))
    without = analysed(*contacts(20, early=1_000.0), window="{burn_in: 0}")

    effect = rows(with_burn_in, "switchback_effect")["cr2"]
    assert effect.n_variant == 20 * 2 * 4
    assert known(next(iter(rows(with_burn_in, "mean").values())).value) < 200
    assert known(next(iter(rows(without, "mean").values())).value) > 300


def test_what_the_window_before_adds_is_a_row_with_its_test() -> None:
    carried = rows(analysed(*contacts(20)), "coefficient")["carry_over"]

    assert carried.term == "previous_window"
    assert known(carried.p_value) > 0.05


def test_the_check_of_interference_warns_of_what_lingers() -> None:
    settled, lingering = analysed(*contacts(20)), analysed(*contacts(20, lingers=25.0))

    (fine,) = [check for check in settled.checks if check.name == "interference"]
    (warned,) = [check for check in lingering.checks if check.name == "interference"]
    assert (fine.status, warned.status) == (CheckStatus.PASS, CheckStatus.WARN)
    assert "burn-in is too short" in warned.message


def test_a_handful_of_windows_is_decided_by_the_draw() -> None:
    analysis = analysed(*contacts(3))

    decides = effect_row(PLAN.primary, "b", analysis.estimates)
    assert decides is not None
    assert decides.method == "randomisation"


def test_windows_with_several_variants_are_refused() -> None:
    assigned, made = contacts(5)
    muddled = [{**assigned[0], "variant": "a"}, {**assigned[1], "variant": "b"}, *assigned[2:]]

    effect = rows(analysed(muddled, made, window="{burn_in: 0}"), "switchback_effect")["cr2"]

    assert effect.value is None
    assert "several variants" in effect.note
