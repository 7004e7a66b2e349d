"""JSON bodies: an array of objects, or an object whose `rows` is one.

A value has the type it is written with: text where a number belongs, or a number where text
belongs, rejects its row. Fractions are decoded as decimals, so that money stays exact.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import chain
from types import MappingProxyType

import msgspec
import numpy as np
import pyarrow as pa

from impact.errors import InvalidBatch
from impact.records.attributes import json_texts
from impact.records.blocks import Block
from impact.records.findings import ROW, Findings, shown
from impact.records.kinds import Column, ColumnType

ACCEPTED: Mapping[ColumnType, frozenset[type]] = MappingProxyType(
    {
        ColumnType.ID: frozenset({str}),
        ColumnType.TEXT: frozenset({str}),
        ColumnType.LABEL: frozenset({str, int}),
        ColumnType.INSTANT: frozenset({str}),
        ColumnType.CURRENCY: frozenset({str}),
        ColumnType.SECONDS: frozenset({int, Decimal}),
        ColumnType.NUMBER: frozenset({int, Decimal}),
        ColumnType.AMOUNT: frozenset({int, Decimal, str}),
        ColumnType.BOOLEAN: frozenset({bool}),
    }
)
WORDS: Mapping[type, str] = MappingProxyType(
    {str: "a string", int: "a number", Decimal: "a number", bool: "true or false"}
)
WRITTEN_OUT = 30  # digits; a larger number is refused anyway and stays in its short form
BODY_RULE = "must be a JSON array of objects, or an object whose rows is one"


def decimal(text: str) -> Decimal:
    """Return the number that `text` writes, exactly; infinity when it is beyond all bounds."""
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what decimals hold
        return Decimal("Infinity")


DECODER = msgspec.json.Decoder(float_hook=decimal)


def decode(body: bytes) -> list[object]:
    """Return the rows of a JSON body, whatever they are.

    Raises:
        InvalidBatch: it is not JSON, or not an array.

    >>> decode(b'{"rows": [{"a": 1.50}]}')
    [{'a': Decimal('1.50')}]
    """
    try:
        decoded = DECODER.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        rule = f"must be JSON: {error}"
        raise InvalidBatch(field="body", value=shown(body), rule=rule) from error
    rows = decoded.get("rows") if isinstance(decoded, dict) else decoded
    if not isinstance(rows, list):
        raise InvalidBatch(field="body", value=shown(body), rule=BODY_RULE)
    return rows


def read_objects(body: bytes, columns: Sequence[Column]) -> Block:
    """Return the rows of a JSON body as one block.

    Raises:
        InvalidBatch: it is not JSON, or not an array.
    """
    given = decode(body)
    findings = Findings(np.arange(1, len(given) + 1, dtype=np.int64))
    strange = np.array([not isinstance(row, dict) for row in given], dtype=np.bool_)
    findings.reject(ROW, strange, given, "must be an object")
    rows = [row if isinstance(row, dict) else {} for row in given]
    given_names = set(chain.from_iterable(rows))
    known = [column for column in columns if column.name in given_names]
    cells = {
        column.name: _typed(column, [row.get(column.name) for row in rows], findings)
        for column in known
    }
    further = given_names - set(cells)
    members = {name: json_texts(row.get(name) for row in rows) for name in further}
    return Block(cells=cells, members=members, findings=findings)


def _typed(column: Column, values: list[object], findings: Findings) -> pa.Array:
    accepted = ACCEPTED[column.type] | {type(None)}
    if not set(map(type, values)) <= accepted:
        wrong = np.array([type(value) not in accepted for value in values])
        words = sorted({WORDS[type_] for type_ in ACCEPTED[column.type]})
        findings.reject(column.name, wrong, values, f"must be {' or '.join(words)}")
        values = [value if type(value) in accepted else None for value in values]
    match column.type:
        case ColumnType.SECONDS | ColumnType.NUMBER:
            doubles = [None if value is None else float(str(value)) for value in values]
            return pa.array(doubles, pa.float64())
        case ColumnType.BOOLEAN:
            return pa.array(values, pa.bool_())
        case ColumnType.AMOUNT:
            return pa.array([_written(value) for value in values], pa.string())
        case ColumnType.LABEL:
            labels = [None if value is None else str(value) for value in values]
            return pa.array(labels, pa.string())
        case _:
            return pa.array(values, pa.string())


def _written(value: object) -> str | None:
    if isinstance(value, Decimal):
        return (
            format(value, "f")
            if value.is_finite() and value.adjusted() < WRITTEN_OUT
            else str(value)
        )
    return None if value is None else str(value)
