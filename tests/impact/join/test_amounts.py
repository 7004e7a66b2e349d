"""Amounts of money: sent twice, refunded, converted, refused."""

import pytest

from impact.errors import UnknownCurrency
from tests.impact.join.one_unit import EUROS, REVENUE, START, contact, mean, metric, paid
from tests.impact.join.tables import compute


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
