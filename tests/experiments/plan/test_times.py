"""Lengths, dates and looks as they are written, and as they are kept."""

from datetime import UTC, date, datetime

import pytest

from experiments.plan.canonical import canonical_text
from experiments.plan.document import (
    Cuped,
    TimeUnit,
)
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import HEAD, PRIMARY


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("week", TimeUnit(name="week", days=7)),
        ("month", TimeUnit(name="month", days=30)),
        ("day", TimeUnit()),
        ("{name: sprint, days: 14}", TimeUnit(name="sprint", days=14)),
    ],
)
def test_lengths_are_given_in_the_time_unit_and_kept_in_days(written: str, unit: TimeUnit) -> None:
    text = f"{HEAD}time_unit: {written}\n" + (
        "metrics:\n"
        "  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 3}\n"
        "  - {key: calls, role: secondary, kind: mean, source: contacts, window: 2,\n"
        "     adjustment: {pre_window: 1}}\n"
        "economics: {currency: EUR, window: 4}\n"
    )

    plan = read_plan(text)

    assert plan.time_unit == unit
    assert plan.primary.horizon == 3 * unit.days
    assert plan.metric("calls").window == 2 * unit.days
    assert plan.metric("calls").adjustment == Cuped(pre_window=int(unit.days))
    assert plan.economics is not None
    assert plan.economics.window == 4 * unit.days


def test_a_year_may_have_a_quarter_of_a_day_more_and_a_horizon_lie_between_two_days() -> None:
    text = f"{HEAD}time_unit: {{name: year, days: 365.25}}\n" + (
        "metrics:\n"
        "  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 10}\n"
    )

    plan = read_plan(text)

    assert plan.time_unit == TimeUnit(name="year", days=365.25)
    assert plan.primary.horizon == 3652.5
    assert "3652.5" in canonical_text(plan)


def test_a_whole_number_of_days_is_written_without_a_point() -> None:
    plan = read_plan(
        f"{HEAD}time_unit: {{name: month, days: 30.0}}\n"
        "metrics:\n"
        "  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 6.0}\n"
    )

    assert '"horizon":180,' in canonical_text(plan)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-30", datetime(2026, 6, 29, 22, tzinfo=UTC)),
        ("2026-06-30T10:00:00+02:00", datetime(2026, 6, 30, 8, tzinfo=UTC)),
        ("'2026-06-30 10:00:00Z'", datetime(2026, 6, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_date_starts_in_the_plans_zone(text: str, instant: datetime) -> None:
    plan = read_plan(f"{HEAD}timezone: Europe/Berlin\nas_of: {text}\n{PRIMARY}")

    assert plan.as_of == instant


@pytest.mark.parametrize(
    "written",
    ["2026-12-31", "[2026-12-31]", "{number: 1, rule: fixed, planned_end: 2026-12-31}"],
)
def test_the_one_look_may_be_written_as_a_date(written: str) -> None:
    assert read_plan(f"{HEAD}looks: {written}\n{PRIMARY}").looks.planned_end == date(2026, 12, 31)
