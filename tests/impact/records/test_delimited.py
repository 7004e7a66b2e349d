"""CSV files as other systems write them."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from impact.errors import InvalidBatch
from impact.records import delimited
from impact.records.kinds import COLUMNS, RecordKind
from impact.records.reading import ReadResult, inspect, read_file

Reader = Callable[..., ReadResult]
HEADER = b"contact_id,customer_id,arrived_at"
GOOD = b"c1,k1,2026-01-31T10:00:00Z"


def ids(result: ReadResult) -> list[str]:
    return list(result.table["contact_id"].to_pylist())


def test_a_leading_zero_belongs_to_the_id(read_csv: Reader) -> None:
    result = read_csv(HEADER + b"\n0012,007,2026-01-31\n")

    assert ids(result) == ["0012"]
    assert result.table["customer_id"].to_pylist() == ["007"]


def test_spaces_around_an_id_are_trimmed_and_the_raw_id_is_kept(read_csv: Reader) -> None:
    result = read_csv(HEADER + b"\n 0012 ,k1,2026-01-31\n")

    assert ids(result) == ["0012"]
    assert result.table["attributes"].to_pylist() == ['{"raw_contact_id":" 0012 "}']


def test_ids_are_composed_to_nfc_and_emoji_stay(read_csv: Reader) -> None:
    result = read_csv(HEADER + "\nZoe\u0308,😀,2026-01-31\n".encode())

    assert ids(result) == ["Zo\u00eb"]
    assert result.table["customer_id"].to_pylist() == ["😀"]


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
def test_the_delimiter_is_found_in_the_header(read_csv: Reader, delimiter: bytes) -> None:
    content = b"\n".join(line.replace(b",", delimiter) for line in (HEADER, GOOD))

    assert ids(read_csv(content)) == ["c1"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(read_csv: Reader) -> None:
    assert ids(read_csv(b"\xef\xbb\xbf" + HEADER + b"\r\n" + GOOD + b"\r\n")) == ["c1"]


def test_quoted_line_ends_stay_in_their_cell(read_csv: Reader) -> None:
    result = read_csv(HEADER + b",note\n" + GOOD + b',"two\nlines"\nc2,k2,2026-01-31,x\n')

    assert ids(result) == ["c1", "c2"]
    assert result.table["attributes"].to_pylist() == ['{"note":"two\\nlines"}', '{"note":"x"}']
    assert result.table["row_number"].to_pylist() == [1, 2]


def test_latin_1_bytes_reject_their_rows_and_no_others(read_csv: Reader) -> None:
    result = read_csv(HEADER + b"\n" + GOOD + b"\nc\xe9,k1,2026-01-31\nc3,k1,2026-01-31\n")

    assert ids(result) == ["c1", "c3"]
    (rejection,) = result.rejections
    assert (rejection.row_number, rejection.field) == (2, "contact_id")
    assert (rejection.value, rejection.rule) == (r"c\xe9", "must be UTF-8")


def test_latin_1_bytes_in_a_further_column_reject_the_row(read_csv: Reader) -> None:
    result = read_csv(HEADER + b",note\n" + GOOD + b",caf\xe9\n" + GOOD + b",tea\n")

    assert [(r.row_number, r.field) for r in result.rejections] == [(1, "note")]
    assert result.table["row_number"].to_pylist() == [2]


def test_a_nul_byte_rejects_its_row(read_csv: Reader) -> None:
    result = read_csv(
        HEADER + b",queue\nc\x001,k1,2026-01-31,\nc2,k1,2026-01-31,a\x00b\n" + GOOD + b",\n"
    )

    assert ids(result) == ["c1"]
    assert [(r.field, r.value) for r in result.rejections] == [
        ("contact_id", r"c\x001"),
        ("queue", r"a\x00b"),
    ]


def test_ragged_rows_are_rejected_with_their_number(read_csv: Reader) -> None:
    lines = [HEADER, GOOD, b"c2,k1", GOOD, b"", b"c4,k1,2026-01-31,extra", GOOD]
    result = read_csv(b"\n".join(lines))

    assert result.rows_read == 5
    assert result.table["row_number"].to_pylist() == [1, 3, 5]
    assert [(r.row_number, r.field, r.rule) for r in result.rejections] == [
        (2, "row", "has 2 cells, the header has 3"),
        (4, "row", "has 4 cells, the header has 3"),
    ]


def test_blank_lines_before_the_header_do_not_move_the_row_numbers(read_csv: Reader) -> None:
    result = read_csv(b"\r\n\r\n" + HEADER + b"\r\nc1\r\n" + GOOD)

    assert [r.row_number for r in result.rejections] == [1]
    assert result.table["row_number"].to_pylist() == [2]


def test_row_numbers_hold_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 100)
    lines = [HEADER] + [b"c%d,k1,2026-01-31" % n if n % 7 else b"ragged" for n in range(1, 200)]
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"\n".join(lines))

    result = read_file(path, COLUMNS[RecordKind.CONTACTS], format="csv", zone=ZoneInfo("UTC"))

    numbers = result.table["row_number"].to_pylist()
    assert ids(result) == [f"c{number}" for number in numbers]
    assert [r.row_number for r in result.rejections] == list(range(7, 200, 7))
    assert result.rows_read == 199


def test_a_row_that_repeats_the_header_is_rejected(read_csv: Reader) -> None:
    result = read_csv(b"customer_id\nk1\ncustomer_id\nk2\n", RecordKind.CUSTOMERS)

    assert result.table["customer_id"].to_pylist() == ["k1", "k2"]
    assert [(r.row_number, r.rule) for r in result.rejections] == [(2, "repeats the header")]


def test_a_file_with_only_a_header_has_no_rows(read_csv: Reader) -> None:
    result = read_csv(HEADER)

    assert (result.rows_read, result.table.num_rows, result.rejections) == (0, 0, [])


@pytest.mark.parametrize(
    ("content", "field", "rule"),
    [
        (b"", "file", "is empty: not even a header"),
        (b"\n \n", "file", "is empty: not even a header"),
        (HEADER + b",arrived_at\n", "header", "is named twice"),
        (HEADER + b", arrived_at \n", "header", "is named twice"),
        (b"contact_id,arrived_at\n", "customer_id", "the required column is missing"),
        (
            b"contact_id,Customer_ID,arrived_at\n",
            "customer_id",
            "the required column is missing: names are compared with case",
        ),
        (HEADER + b",\n", "header", "column 4 must have a readable name of 1 to 100 characters"),
        (
            b"caf\xe9," + HEADER,
            "header",
            "column 1 must have a readable name of 1 to 100 characters",
        ),
        (HEADER.decode().encode("utf-16"), "file", "must be UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    read_csv: Reader, tmp_path: Path, content: bytes, field: str, rule: str
) -> None:
    with pytest.raises(InvalidBatch) as refusal:
        read_csv(content)

    assert (refusal.value.field, refusal.value.rule) == (field, rule)
    with pytest.raises(InvalidBatch):
        inspect(tmp_path / "records.csv", COLUMNS[RecordKind.CONTACTS], format="csv")


def test_a_quote_that_swallows_the_file_is_refused(
    read_csv: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 100)

    with pytest.raises(InvalidBatch, match="cannot be read as CSV"):
        read_csv(HEADER + b'\n"' + GOOD * 100)


def test_further_columns_become_attributes_with_sorted_keys(read_csv: Reader) -> None:
    result = read_csv(b"z," + HEADER + b',a\n1,c1,k1,2026-01-31,"say ""hi"""\n,c2,k1,2026-01-31,\n')

    assert result.table["attributes"].to_pylist() == [r'{"a":"say \"hi\"","z":"1"}', "{}"]
