"""What a source measures: handle time, filters, surveys, observations, flags, whoever bore it."""

from dataclasses import replace

import pytest

from experiments.plan.document import Unit
from impact.analysis.sufficient import ArmProportion
from tests.impact.join.one_unit import START, contact, mean, metric
from tests.impact.join.tables import compute, moments, plan_of


def test_handle_time_without_talk_is_no_handle_time() -> None:
    plan = metric(
        "kind: ratio, window: 10, source: contacts.handle_seconds, denominator: contacts.handled"
    )
    rows = [
        contact(1, "2026-06-02", talk_seconds=100.0, wrap_seconds=20.0),
        contact(2, "2026-06-02", talk_seconds=10.0, hold_seconds=5.0),
        contact(3, "2026-06-02", wait_seconds=30.0, abandoned=True),
    ]

    arm = compute(plan, [START], contacts=rows).moments["m"][0]

    assert arm.moments.names == ("y", "d")
    assert arm.moments.means.tolist() == [135.0, 2.0]


def test_rows_are_kept_by_the_text_of_a_column() -> None:
    plan = metric(
        "kind: mean, window: 10,"
        " source: {table: contacts, where: {queue: billing, abandoned: 'true', vip: '1'}}"
    )
    rows = [
        contact(1, "2026-06-02", queue="billing", abandoned=True, attributes='{"vip": 1}'),
        contact(2, "2026-06-02", queue="billing", abandoned=True, attributes='{"vip": 0}'),
        contact(3, "2026-06-02", queue="billing", abandoned=False, attributes='{"vip": 1}'),
        contact(4, "2026-06-02", queue="sales", abandoned=True, attributes='{"vip": 1}'),
    ]

    assert mean(plan, contacts=rows) == (1, 1)


def test_who_answered_no_survey_has_no_score() -> None:
    plan = metric("kind: mean, source: surveys.csat, window: 10")
    units = [START, {**START, "unit_id": "2"}]
    sent = {"survey_id": "s", "customer_id": "1", "sent_at": "2026-06-02"}

    assert mean(
        plan, units=units, surveys=[{**sent, "csat": 4.0, "answered_at": "2026-06-03"}]
    ) == (
        1,
        4,
    )
    assert mean(plan, units=units, surveys=[sent]) == (0, 0)
    assert mean(
        plan, units=units, surveys=[{**sent, "csat": 4.0, "answered_at": "2026-07-01"}]
    ) == (
        0,
        0,
    )


def test_a_survey_sent_before_the_start_is_of_the_time_before() -> None:
    plan = metric("kind: mean, source: surveys.csat, window: 10")
    survey = {"survey_id": "s", "customer_id": "1", "sent_at": "2026-05-31", "csat": 4.0}

    assert mean(plan, surveys=[{**survey, "answered_at": "2026-06-03"}]) == (0, 0)


def test_an_observation_is_the_units_final_value_and_its_latest_record_wins() -> None:
    plan = metric("kind: mean, source: observations.score")
    row = {"unit_id": "1", "metric": "score", "value": 3.0}
    rows = [
        row,
        {**row, "value": 5.0, "recorded_at": "2026-06-05"},
        {**row, "value": 9.0, "recorded_at": "2026-07-05"},
        {**row, "metric": "other", "value": 7.0},
        {**row, "unit_id": "2", "value": 7.0},
    ]

    assert mean(plan, observations=rows) == (1, 5)


def test_the_share_of_units_counts_who_has_a_row_that_says_yes() -> None:
    plan = metric("kind: proportion, source: churn, window: 10")
    units = [{**START, "unit_id": str(number)} for number in range(4)]
    churned = ["2026-06-01T08:00", "2026-06-11T09:00", "2026-06-11T10:00"]
    rows = [{"customer_id": str(number), "churned_at": day} for number, day in enumerate(churned)]

    statistics = compute(plan, units, churn=rows)

    assert statistics.proportions["m"] == (
        ArmProportion(variant="a", n=4, successes=2),
        ArmProportion(variant="b", n=0, successes=0),
    )


def test_a_flag_that_was_never_observed_is_no_no() -> None:
    plan = metric("kind: proportion, source: observations.got")
    units = [{**START, "unit_id": str(number)} for number in range(3)]
    rows = [{"unit_id": str(number), "metric": "got", "value": float(number)} for number in (0, 1)]

    statistics = compute(plan, units, observations=rows)

    assert statistics.proportions["m"][0] == ArmProportion(variant="a", n=2, successes=1)


def test_a_metric_without_its_table_has_a_reason_and_the_others_stand() -> None:
    plan = plan_of(
        "- {key: m, role: primary, kind: mean, source: contacts, window: 10}",
        "- {key: r, role: secondary, kind: mean, source: revenue.amount, window: 10}",
    )

    statistics = compute(plan, [START], contacts=[])

    assert set(statistics.moments) == {"m"}
    assert statistics.not_estimable == {"r": "no revenue data were given"}


@pytest.mark.parametrize(
    ("unit", "column"), [("agent", "agent_id"), ("team", "team"), ("queue", "queue")]
)
def test_contacts_and_their_surveys_reach_whoever_bore_them(unit: str, column: str) -> None:
    lines = [
        "- {key: m, role: primary, kind: mean, source: contacts, window: 10}",
        "- {key: s, role: secondary, kind: mean, source: surveys.csat, window: 10}",
    ]
    plan = replace(plan_of(*lines), unit=Unit(unit))
    survey = {
        "survey_id": "s",
        "customer_id": "9",
        "contact_id": "c1",
        "sent_at": "2026-06-03",
        "csat": 5.0,
        "answered_at": "2026-06-03",
    }

    statistics = compute(
        plan, [START], contacts=[contact(1, "2026-06-02", **{column: "1"})], surveys=[survey]
    )

    assert moments(statistics.moments["m"], "a") == (1, 1)
    assert moments(statistics.moments["s"], "a") == (1, 5)
