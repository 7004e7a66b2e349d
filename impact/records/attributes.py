"""Further columns of a record, kept as one JSON object per row."""

from collections.abc import Iterable, Mapping

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")


def json_text(value: object) -> str | None:
    """Return `value` as JSON; nothing and empty text are absent, hence None."""
    if value is None or value == "":
        return None
    return ENCODER.encode(value).decode()


def json_texts(values: Iterable[object]) -> pa.Array:
    """Return each of `values` as JSON text, null where absent."""
    return pa.array([json_text(value) for value in values], pa.string())


def encoded(column: pa.Array) -> pa.Array:
    """Return an Arrow column as JSON texts; each distinct value is encoded once.

    >>> encoded(pa.array(["a", None, ""])).to_pylist()
    ['"a"', None, None]
    """
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return json_texts(column.to_pylist())
    distinct = column.dictionary_encode()
    return json_texts(distinct.dictionary.to_pylist()).take(distinct.indices)


def objects(members: Mapping[str, pa.Array], length: int) -> pa.Array:
    """Join members, JSON texts by name, to one JSON object per row, keys sorted.

    >>> objects({"b": pa.array(["1", None]), "a": pa.array(['"x"', None])}, 2).to_pylist()
    ['{"a":"x","b":1}', '{}']
    """
    if not members:
        return pa.repeat(pa.scalar("{}"), length)
    pieces = [
        pc.fill_null(pc.binary_join_element_wise(f",{_quoted(name)}:", members[name], ""), "")
        for name in sorted(members)
    ]
    listed = pc.binary_join_element_wise(*pieces, "")
    return pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(listed, 1), "}", "")


def _quoted(name: str) -> str:
    return ENCODER.encode(name).decode()
