"""JSON bodies: values have the type they are written with."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from impact.errors import InvalidBatch
from impact.records.kinds import RecordKind
from impact.records.reading import ReadResult

Reader = Callable[..., ReadResult]
CONTACT = '{"contact_id": "c1", "customer_id": "k1", "arrived_at": "2026-01-31T10:00:00Z"%s}'
CHARGE = (
    '{"transaction_id": "t1", "customer_id": "k1", "occurred_at": "2026-01-31", '
    '"currency": "EUR", "amount": %s}'
)


def rules(result: ReadResult) -> list[tuple[int, str, str]]:
    return [(r.row_number, r.field, r.rule) for r in result.rejections]


def test_an_array_and_an_object_with_rows_are_the_same(read_body: Reader) -> None:
    array = f"[{CONTACT % ''}]"

    tables = [read_body(text.encode()).table for text in (array, f'{{"rows": {array}}}')]

    assert tables[0].equals(tables[1])
    assert tables[0]["arrived_at"].to_pylist() == [datetime(2026, 1, 31, 10, tzinfo=UTC)]


def test_an_empty_array_has_no_rows(read_body: Reader) -> None:
    result = read_body(b"[]")

    assert (result.rows_read, result.table.num_rows) == (0, 0)


@pytest.mark.parametrize(
    ("member", "field", "rule"),
    [
        ('"contact_id": 12', "contact_id", "must be a string"),
        ('"queue": 5', "queue", "must be a string"),
        ('"arrived_at": 1769853600', "arrived_at", "must be a string"),
        ('"wait_seconds": "5"', "wait_seconds", "must be a number"),
        ('"wait_seconds": true', "wait_seconds", "must be a number"),
        ('"abandoned": "true"', "abandoned", "must be true or false"),
        ('"abandoned": 1', "abandoned", "must be true or false"),
        ('"wait_seconds": 1e400', "wait_seconds", "must be a finite number with a decimal point"),
        (
            '"wait_seconds": 1e99999999999999999999',
            "wait_seconds",
            "must be a finite number with a decimal point",
        ),
        ('"customer_id": null', "customer_id", "is required"),
        ('"customer_id": "  "', "customer_id", "is required"),
        (r'"contact_id": "a\u0000b"', "contact_id", "must not hold control characters"),
        ('"team": {"a": 1}', "team", "must be a string"),
    ],
)
def test_a_value_of_the_wrong_type_rejects_its_row_alone(
    read_body: Reader, member: str, field: str, rule: str
) -> None:
    body = f"[{CONTACT % (', ' + member)}, {CONTACT % ''}]"

    result = read_body(body.encode())

    assert rules(result) == [(1, field, rule)]
    assert result.table["row_number"].to_pylist() == [2]


def test_a_row_that_is_no_object_is_rejected(read_body: Reader) -> None:
    result = read_body(f"[5, {CONTACT % ''}, null]".encode())

    assert rules(result) == [(1, "row", "must be an object"), (3, "row", "must be an object")]
    assert result.rows_read == 3


def test_a_missing_member_is_named(read_body: Reader) -> None:
    result = read_body(b'[{"contact_id": "c1", "customer_id": "k1"}]')

    assert rules(result) == [(1, "arrived_at", "is required")]


@pytest.mark.parametrize("amount", ["12", "12.50", "-0.1", '"123456789012.123456"', "1e2"])
def test_money_is_exact_as_number_and_as_string(read_body: Reader, amount: str) -> None:
    result = read_body(f"[{CHARGE % amount}]".encode(), RecordKind.REVENUE)

    assert result.table["amount"].to_pylist() == [Decimal(amount.strip('"'))]


@pytest.mark.parametrize("amount", ["0.1234567", '"abc"', "1e30", "1e400", "1e999999", "true"])
def test_money_that_is_none_is_rejected(read_body: Reader, amount: str) -> None:
    result = read_body(f"[{CHARGE % amount}]".encode(), RecordKind.REVENUE)

    assert [r.field for r in result.rejections] == ["amount"]


def test_further_members_keep_their_json(read_body: Reader) -> None:
    members = ', "z": 1.50, "a": {"y": [null], "b": "😀"}'

    result = read_body(f"[{CONTACT % members}]".encode())

    assert result.table["attributes"].to_pylist() == ['{"a":{"b":"😀","y":[null]},"z":1.50}']


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1",
        b"[NaN]",
        b"[Infinity]",
        b"5",
        b"null",
        b'{"row": []}',
        b'{"rows": {}}',
        b'["\xff"]',
        b"\x00",
        b"[" * 100_000,
        b'[{"a": 1' + b"0" * 5000 + b"}]",
    ],
)
def test_a_body_that_is_no_array_is_refused_whole(read_body: Reader, body: bytes) -> None:
    with pytest.raises(InvalidBatch) as refusal:
        read_body(body)

    assert refusal.value.field == "body"
