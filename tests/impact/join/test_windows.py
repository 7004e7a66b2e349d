"""Numbers per unit: half-open windows, maturity, versions, refunds, currencies, absent values."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from experiments.plan.document import Plan, Unit
from impact.analysis.sufficient import ArmProportion, SufficientStatistics
from impact.errors import UnknownCurrency
from tests.impact.join.tables import AS_OF, Row, at, compute, moments, plan_of

START = {"unit_id": "1", "variant": "a", "assigned_at": "2026-06-01T10:00"}
EUROS = "economics: {currency: EUR, window: 10}"


def metric(fields: str, head: str = "") -> Plan:
    return plan_of("- {key: m, role: primary, " + fields + "}", head=head)


def mean(
    plan: Plan, *, units: Sequence[Row] | None = None, **tables: Sequence[Row]
) -> tuple[int, float]:
    return moments(compute(plan, units or [START], AS_OF, **tables).moments["m"], "a")


def contact(number: int, arrived_at: str, **further: object) -> Row:
    return {
        "contact_id": f"c{number}",
        "customer_id": "1",
        "arrived_at": arrived_at,
        **further,
    }


def paid(number: int, occurred_at: str, amount: str, currency: str = "EUR", **more: object) -> Row:
    return {
        "transaction_id": f"t{number}",
        "customer_id": "1",
        "occurred_at": occurred_at,
        "amount": Decimal(amount),
        "currency": currency,
        **more,
    }


COUNT = metric("kind: mean, source: contacts, window: 10")
REVENUE = metric("kind: mean, source: revenue.amount, window: 10", EUROS)


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2026-06-01T09:59:59", 0),
        ("2026-06-01T10:00:00", 1),
        ("2026-06-11T09:59:59", 1),
        ("2026-06-11T10:00:00", 0),
    ],
)
def test_a_window_is_half_open(moment: str, count: int) -> None:
    assert mean(COUNT, contacts=[contact(1, moment)]) == (1, count)


@pytest.mark.parametrize(("as_of", "n"), [("2026-06-11T09:59:59", 0), ("2026-06-11T10:00:00", 1)])
def test_a_unit_is_mature_when_its_window_is_over(as_of: str, n: int) -> None:
    statistics = compute(COUNT, [START], contacts=[], as_of=at(as_of))

    assert moments(statistics.moments["m"], "a") == (n, 0)
    assert (statistics.arms[0].n_eligible, statistics.arms[0].n_mature) == (1, n)


def test_the_contact_for_which_the_router_asked_belongs_to_the_window() -> None:
    plan = metric("kind: mean, source: contacts, window: 10, adjustment: {pre_window: 10}")
    rows = [contact(1, "2026-06-01T09:59:58"), contact(2, "2026-06-01T09:50")]

    arm = compute(plan, [{**START, "contact_id": "c1"}], contacts=rows).moments["m"][0]

    assert arm.moments.means.tolist() == [1.0, 1.0]


def test_a_plan_may_count_the_immature_too() -> None:
    plan = metric("kind: mean, source: contacts, window: 10, maturity: all")

    statistics = compute(
        plan, [START], contacts=[contact(1, "2026-06-01T11:00")], as_of=at("2026-06-02")
    )

    assert moments(statistics.moments["m"], "a") == (1, 1)


def test_the_later_version_of_a_contact_wins_and_one_after_as_of_is_unseen() -> None:
    plan = metric("kind: mean, source: contacts.talk_seconds, window: 10")
    rows = [
        contact(1, "2026-06-02", talk_seconds=200.0, updated_at="2026-06-04"),
        contact(1, "2026-06-02", talk_seconds=100.0, updated_at="2026-06-03"),
        contact(1, "2026-06-02", talk_seconds=50.0),
        contact(1, "2026-06-02", talk_seconds=900.0, updated_at="2026-07-04"),
    ]

    assert mean(plan, contacts=rows) == (1, 200)


def test_a_row_sent_twice_counts_once() -> None:
    assert mean(REVENUE, revenue=[paid(1, "2026-06-02", "5")] * 2) == (1, 5)


def test_a_refund_is_a_negative_amount_at_its_own_time() -> None:
    charge, refund = paid(1, "2026-06-02", "30"), paid(2, "2026-06-09", "-20", kind="refund")
    late = paid(3, "2026-06-12", "-30", kind="refund")

    assert mean(REVENUE, revenue=[charge, refund, late]) == (1, 10)


def test_a_cost_is_no_revenue() -> None:
    rows = [paid(1, "2026-06-02", "30"), paid(2, "2026-06-02", "8", kind="cost")]

    assert mean(REVENUE, revenue=rows) == (1, 30)


def test_amounts_stay_decimal_until_they_are_summed() -> None:
    rows = [paid(number, "2026-06-02", "0.1") for number in range(10)]

    assert mean(REVENUE, revenue=rows) == (1, 1.0)


def test_an_amount_is_converted_at_the_latest_rate_dated_before_it() -> None:
    head = (
        "economics: {currency: EUR, window: 10, exchange_rates: ["
        "{currency: CHF, on: 2026-06-05, rate: 1.1}, {currency: CHF, on: 2026-01-01, rate: 1.05}]}"
    )
    plan = metric("kind: mean, source: revenue.amount, window: 10", head)
    rows = [
        paid(1, "2026-06-02", "100", "CHF"),
        paid(2, "2026-06-05", "100", "CHF"),
        paid(3, "2026-06-06", "1"),
    ]

    assert mean(plan, revenue=rows)[1] == pytest.approx(216, rel=1e-15)


def test_an_amount_without_a_rate_is_refused_by_currency_and_date() -> None:
    with pytest.raises(UnknownCurrency, match="USD on 2026-06-03"):
        mean(REVENUE, revenue=[paid(1, "2026-06-03", "5", "USD")])


def test_the_largest_amounts_are_converted_and_summed() -> None:
    plan = metric(
        "kind: mean, source: revenue.amount, window: 10",
        "economics: {currency: EUR, window: 10, exchange_rates: ["
        "{currency: HUF, on: 2026-01-01, rate: 0.00251234}]}",
    )
    rows = [
        paid(1, "2026-06-03", "999999999999.999999"),
        paid(2, "2026-06-03", "999999999999.999999"),
        paid(3, "2026-06-04", "-999999999999.999999", "HUF"),
    ]

    n, total = mean(plan, revenue=rows)

    assert n == 1
    assert total == pytest.approx(1e12 * (2 - 0.00251234), rel=1e-15)


def test_an_amount_without_a_rate_is_dated_by_the_clocks_of_the_plan() -> None:
    plan = metric(
        "kind: mean, source: revenue.amount, window: 10", f"timezone: Asia/Tokyo\n{EUROS}"
    )

    with pytest.raises(UnknownCurrency, match="USD on 2026-06-04"):
        mean(plan, revenue=[paid(1, "2026-06-03T15:00", "5", "USD")])


def test_a_strange_currency_that_does_not_count_disturbs_nobody() -> None:
    rows = [
        paid(1, "2026-06-20", "5", "USD"),
        {**paid(2, "2026-06-03", "5", "USD"), "customer_id": "9"},
    ]

    assert mean(REVENUE, revenue=rows) == (1, 0)


def test_without_economics_the_only_currency_of_the_data_is_told() -> None:
    plan = metric("kind: mean, source: revenue.amount, window: 10")
    francs = paid(1, "2026-06-10T00:00", "5", "CHF")

    assert compute(plan, [START], revenue=[francs]).currency == "CHF"
    assert compute(plan, [START], revenue=[]).currency == ""
    assert compute(REVENUE, [START], revenue=[]).currency == "EUR"


@pytest.mark.parametrize("head", ["", EUROS])
def test_amounts_before_the_start_that_only_a_check_reads_refuse_nothing(head: str) -> None:
    plan = metric("kind: mean, source: contacts, window: 10", head)
    rows = [paid(1, "2026-05-30", "5"), paid(2, "2026-05-30", "5", "USD")]

    found = compute(plan, [START], contacts=[contact(1, "2026-05-30")], revenue=rows)

    assert [name for name, _ in found.checks.pre_period] == ["contacts"]


def test_two_currencies_and_no_economics_are_refused() -> None:
    plan = metric("kind: mean, source: revenue.amount, window: 10")
    rows = [paid(1, "2026-06-03", "5"), paid(2, "2026-06-03", "5", "USD")]

    with pytest.raises(UnknownCurrency, match="EUR, USD"):
        mean(plan, revenue=rows)


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


def several(plan: Plan, **tables: Sequence[Row]) -> SufficientStatistics:
    units = [{**START, "unit_id": str(number), "tier": "gb"[number % 2]} for number in range(5)]
    units += [{**START, "unit_id": "9", "variant": "b", "tier": "g"}]
    return compute(plan, units, AS_OF, **tables)


def test_moments_are_those_of_numpy_and_segments_add_up_to_all() -> None:
    plan = metric(
        "kind: mean, window: 10, source: revenue.amount, adjustment: {pre_window: 5}",
        EUROS + "\nsegments: [tier]",
    )
    after, before = [3.5, 0.25, 10.0, 7.0, 0.0], [1.0, 2.0, 0.0, 4.5, 3.0]
    rows = [
        {**paid(number, "2026-06-03", str(amount)), "customer_id": str(number)}
        for number, amount in enumerate(after)
    ] + [
        {**paid(number + 10, "2026-05-30", str(amount)), "customer_id": str(number)}
        for number, amount in enumerate(before)
    ]

    arms = {
        (arm.variant, arm.segment): arm.moments for arm in several(plan, revenue=rows).moments["m"]
    }

    whole = arms["a", "all"]
    assert (whole.names, whole.n) == (("y", "x"), 5)
    np.testing.assert_allclose(whole.means, [np.mean(after), np.mean(before)], rtol=1e-15)
    np.testing.assert_allclose(whole.cross, np.cov(after, before) * 4, rtol=1e-14)
    merged = arms["a", "tier=b"] + arms["a", "tier=g"]
    np.testing.assert_allclose(merged.cross, whole.cross, rtol=1e-13)
    assert arms["b", "tier=b"].n == 0


def test_a_large_mean_does_not_eat_a_small_variance() -> None:
    plan = metric("kind: mean, source: observations.level")
    values = 1e9 + np.arange(6) / 7
    units = [{**START, "unit_id": str(number)} for number in range(6)]
    rows = [
        {"unit_id": str(number), "metric": "level", "value": float(value)}
        for number, value in enumerate(values)
    ]

    arm = compute(plan, units, observations=rows).moments["m"][0]

    expected = float(np.var(values - 1e9, ddof=1) * 5)
    assert arm.moments.cross[0, 0] == pytest.approx(expected, rel=1e-6)


def test_revenue_and_handling_come_from_the_same_mature_units() -> None:
    plan = metric("kind: time_to_event, source: churn", EUROS)
    units = [START, {**START, "unit_id": "2", "assigned_at": "2026-06-29"}]
    contacts = [contact(1, "2026-06-02", talk_seconds=90.0)]

    statistics = compute(
        plan, units, churn=[], contacts=contacts, revenue=[paid(1, "2026-06-02", "12.5")]
    )

    arm = statistics.money["revenue_and_handling"][0].moments
    assert (arm.names, arm.n) == (("revenue", "handle_minutes"), 1)
    assert arm.means.tolist() == [12.5, 1.5]


def test_the_time_before_the_start_is_compared_where_there_is_any() -> None:
    contacts = [contact(1, "2026-05-30")]

    statistics = compute(COUNT, [START], contacts=contacts, revenue=[])

    assert [name for name, _ in statistics.checks.pre_period] == ["contacts"]
    assert moments(statistics.checks.pre_period[0][1], "a") == (1, 1)


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
