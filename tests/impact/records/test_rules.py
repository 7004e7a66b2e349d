"""The rules of each column, through CSV, where every cell is text."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from impact.records.kinds import RecordKind
from impact.records.reading import ReadResult

Reader = Callable[..., ReadResult]
CONTACT = {"contact_id": "c1", "customer_id": "k1", "arrived_at": "2026-01-31T10:00:00Z"}
CHARGE = {
    "transaction_id": "t1",
    "customer_id": "k1",
    "occurred_at": "2026-01-31T10:00:00Z",
    "amount": "1",
    "currency": "EUR",
}


def file_of(row: dict[str, str]) -> bytes:
    cells = ",".join(f'"{cell}"' for cell in row.values())
    return (",".join(row) + "\n" + cells + "\n").encode()


def rules(result: ReadResult) -> list[tuple[str, str]]:
    return [(rejection.field, rejection.rule) for rejection in result.rejections]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31 10:00+01:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31T10:00:00.123456789-0530", datetime(2026, 1, 31, 15, 30, 0, 123456, UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2026-07-31", datetime(2026, 7, 31, 4, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, 5, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_utc_and_a_date_as_midnight_of_the_zone(
    read_csv: Reader, text: str, instant: datetime
) -> None:
    result = read_csv(file_of(CONTACT | {"arrived_at": text}), zone="America/New_York")

    assert result.table["arrived_at"].to_pylist() == [instant]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-01-31T10:00:00", "must carry an offset from UTC, such as Z or +01:00"),
        ("2026-02-30", "must be a day of the calendar"),
        ("2025-02-29T10:00:00Z", "must be a day of the calendar"),
        ("2026-11-22T12:05:01Z", "must not lie in the future"),
        ("", "is required"),
    ],
)
def test_an_instant_that_is_none_is_named(read_csv: Reader, text: str, rule: str) -> None:
    assert rules(read_csv(file_of(CONTACT | {"arrived_at": text}))) == [("arrived_at", rule)]


@pytest.mark.parametrize(
    "text",
    [
        "31.01.2026",
        "1769853600",
        "2026-1-31",
        "2026-13-01",
        "2026-01-31T25:00:00Z",
        "0026-01-31",
        "2026-01-31T10:00:00 CET",
        "2026-01-31T10:00:60Z",
    ],
)
def test_only_iso_8601_is_an_instant(read_csv: Reader, text: str) -> None:
    ((field, rule),) = rules(read_csv(file_of(CONTACT | {"arrived_at": text})))

    assert field == "arrived_at"
    assert rule.startswith("must be an ISO 8601 time with an offset")


def test_clocks_may_differ_by_five_minutes(read_csv: Reader) -> None:
    assert not rules(read_csv(file_of(CONTACT | {"arrived_at": "2026-11-22T12:05:00Z"})))


@pytest.mark.parametrize("column", ["renewal_at", "observed_until"])
def test_what_is_agreed_ahead_may_lie_in_the_future(read_csv: Reader, column: str) -> None:
    row = {"customer_id": "k1", column: "2027-11-22"}

    assert not rules(read_csv(file_of(row), RecordKind.CUSTOMERS))


@pytest.mark.parametrize("seconds", ["0", "185.3", "61200", "86400", "1e3", "+5", ".5"])
def test_calls_of_up_to_a_day_are_taken(read_csv: Reader, seconds: str) -> None:
    result = read_csv(file_of(CONTACT | {"talk_seconds": seconds}))

    assert result.table["talk_seconds"].to_pylist() == [float(seconds)]


@pytest.mark.parametrize(
    ("seconds", "rule"),
    [
        ("-1", "must be 0 or more"),
        ("86400.5", "must be 86400 or less"),
        ("NaN", "must be a finite number with a decimal point"),
        ("Infinity", "must be a finite number with a decimal point"),
        ("1e400", "must be a finite number with a decimal point"),
        ("1,5", "must be a finite number with a decimal point"),
        ("0x10", "must be a finite number with a decimal point"),
        ("five", "must be a finite number with a decimal point"),
    ],
)
def test_a_duration_that_is_none_is_named(read_csv: Reader, seconds: str, rule: str) -> None:
    result = read_csv(file_of(CONTACT | {"talk_seconds": seconds}))

    assert rules(result) == [("talk_seconds", rule)]
    assert result.rejections[0].value == seconds


@pytest.mark.parametrize("amount", ["12", "-12.50", "0.000001", "123456789012.123456", "007.5"])
def test_money_is_exact(read_csv: Reader, amount: str) -> None:
    result = read_csv(file_of(CHARGE | {"amount": amount}), RecordKind.REVENUE)

    assert result.table["amount"].to_pylist() == [Decimal(amount)]


@pytest.mark.parametrize(
    ("amount", "rule"),
    [
        ("1.1234567", "must have at most 6 decimals"),
        ("1234567890123", "must be a decimal number of at most 12 digits before the point"),
        ("1e5", "must be a decimal number of at most 12 digits before the point"),
        ("NaN", "must be a decimal number of at most 12 digits before the point"),
        ("Infinity", "must be a decimal number of at most 12 digits before the point"),
        ("12,50", "must be a decimal number of at most 12 digits before the point"),
        ("", "is required"),
    ],
)
def test_money_that_is_none_is_named(read_csv: Reader, amount: str, rule: str) -> None:
    result = read_csv(file_of(CHARGE | {"amount": amount}), RecordKind.REVENUE)

    assert rules(result) == [("amount", rule)]


@pytest.mark.parametrize("currency", ["ZZZ", "eur", "€", "EURO"])
def test_an_unknown_currency_is_named(read_csv: Reader, currency: str) -> None:
    result = read_csv(file_of(CHARGE | {"currency": currency}), RecordKind.REVENUE)

    rule = "must be an ISO 4217 currency in capitals, such as EUR"
    assert rules(result) == [("currency", rule)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("Yes", True),
        ("no", False),
        ("1", True),
        ("0", False),
        ("", None),
    ],
)
def test_yes_and_no_are_read(read_csv: Reader, text: str, value: bool | None) -> None:  # noqa: FBT001
    result = read_csv(file_of(CONTACT | {"abandoned": text}))

    assert result.table["abandoned"].to_pylist() == [value]


def test_maybe_is_neither_yes_nor_no(read_csv: Reader) -> None:
    result = read_csv(file_of(CONTACT | {"abandoned": "maybe"}))

    assert rules(result) == [("abandoned", "must be true or false")]


def test_only_the_choices_of_a_column_are_taken(read_csv: Reader) -> None:
    row = {"customer_id": "k1", "churned_at": "2026-01-31", "reason": "moved"}

    result = read_csv(file_of(row), RecordKind.CHURN)

    assert rules(result) == [("reason", "must be one of: voluntary, involuntary")]


@pytest.mark.parametrize(
    ("kind", "row", "field", "earlier"),
    [
        (
            "contacts",
            CONTACT | {"answered_at": "2026-01-31T09:59:59Z"},
            "answered_at",
            "arrived_at",
        ),
        ("contacts", CONTACT | {"ended_at": "2026-01-31T09:59:59Z"}, "ended_at", "arrived_at"),
        (
            "contacts",
            CONTACT | {"answered_at": "2026-01-31T11:00:00Z", "ended_at": "2026-01-31T10:30:00Z"},
            "ended_at",
            "answered_at",
        ),
        (
            "churn",
            {"customer_id": "k", "churned_at": "2026-01-31", "reversed_at": "2026-01-30"},
            "reversed_at",
            "churned_at",
        ),
        (
            "surveys",
            {
                "survey_id": "s",
                "customer_id": "k",
                "sent_at": "2026-01-31",
                "answered_at": "2026-01-30",
            },
            "answered_at",
            "sent_at",
        ),
    ],
)
def test_a_row_whose_times_contradict_each_other_is_rejected(
    read_csv: Reader, kind: str, row: dict[str, str], field: str, earlier: str
) -> None:
    assert rules(read_csv(file_of(row), RecordKind(kind))) == [
        (field, f"must not come before {earlier}")
    ]


def test_an_id_longer_than_256_characters_is_named_and_shown_short(read_csv: Reader) -> None:
    result = read_csv(file_of(CONTACT | {"contact_id": "c" * 257}))

    assert rules(result) == [("contact_id", "must have at most 256 characters")]
    assert result.rejections[0].value == "c" * 99 + "…"


def test_all_broken_rules_of_a_row_are_named_and_good_rows_go_in(read_csv: Reader) -> None:
    content = file_of(CONTACT | {"wait_seconds": "5"}) + b"c2,,tomorrow,-5\nc3,k3,2026-01-31,6\n"

    result = read_csv(content)

    assert {(r.row_number, r.field) for r in result.rejections} == {
        (2, "customer_id"),
        (2, "arrived_at"),
        (2, "wait_seconds"),
    }
    assert result.table["contact_id"].to_pylist() == ["c1", "c3"]
    assert result.rows_read == 3


@pytest.mark.parametrize(("amount", "kind"), [("0.01", "refund"), ("100", "refund")])
def test_a_positive_refund_is_rejected_and_never_turned_round(
    read_csv: Reader, amount: str, kind: str
) -> None:
    result = read_csv(file_of(CHARGE | {"amount": amount, "kind": kind}), kind=RecordKind.REVENUE)

    assert rules(result) == [("amount", "a refund is negative")]
    assert result.rejections[0].value == amount
    assert result.table.num_rows == 0


@pytest.mark.parametrize(
    ("amount", "kind"),
    [("-100", "refund"), ("0", "refund"), ("100", "credit"), ("-100", "credit"), ("100", "")],
)
def test_other_amounts_stand_as_they_are_sent(read_csv: Reader, amount: str, kind: str) -> None:
    result = read_csv(file_of(CHARGE | {"amount": amount, "kind": kind}), kind=RecordKind.REVENUE)

    assert result.table["amount"].to_pylist() == [Decimal(amount)]
