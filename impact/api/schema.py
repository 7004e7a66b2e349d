"""What the OpenAPI document says about batches, made from the table of columns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from impact.api.serializers import BatchOut
from impact.ingest.accepting import KEY
from impact.records.kinds import COLUMNS, Column, ColumnType, RecordKind

JSON_TYPES: Mapping[ColumnType, Mapping[str, Any]] = MappingProxyType(
    {
        ColumnType.ID: {"type": "string", "maxLength": 256},
        ColumnType.TEXT: {"type": "string"},
        ColumnType.INSTANT: {
            "type": "string",
            "description": "ISO 8601 with an offset, or a date.",
        },
        ColumnType.SECONDS: {"type": "number"},
        ColumnType.NUMBER: {"type": "number"},
        ColumnType.BOOLEAN: {"type": "boolean"},
        ColumnType.AMOUNT: {"type": ["number", "string"], "description": "At most 6 decimals."},
        ColumnType.CURRENCY: {"type": "string", "description": "ISO 4217."},
    }
)
PROBLEM = {"$ref": "#/components/schemas/Problem"}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": f"^{KEY.pattern}$"},
    OpenApiParameter.HEADER,
    description="The same key with the same content is the same batch; with other content, 409.",
)
REFUSED = (
    (400, "The batch as a whole cannot be read."),
    (401, "No key, or one that is not in force."),
    (403, "The key or role does not allow this."),
    (409, "The idempotency key came with other content before."),
    (413, "More bytes than are taken at once."),
    (415, "Another content type is asked for."),
)
ACCEPTED: dict[tuple[int, str], OpenApiResponse] = {
    (202, "application/json"): OpenApiResponse(
        BatchOut, description="The batch is durable and waits for a worker."
    ),
    **{
        (status, "application/problem+json"): OpenApiResponse(PROBLEM, description=description)
        for status, description in REFUSED
    },
}


def body_schema(kind: RecordKind) -> dict[str, Any]:
    """Return the schema of a JSON batch: an array of objects, or an object whose rows is one."""
    row = {
        "type": "object",
        "properties": {column.name: _property(column) for column in COLUMNS[kind]},
        "required": [column.name for column in COLUMNS[kind] if column.required],
        "additionalProperties": True,
    }
    rows = {"type": "array", "items": row}
    wrapped = {"type": "object", "properties": {"rows": rows}, "required": ["rows"]}
    return {"oneOf": [rows, wrapped]}


def _property(column: Column) -> dict[str, Any]:
    given: dict[str, Any] = dict(JSON_TYPES[column.type])
    if column.choices:
        given["enum"] = list(column.choices)
    if column.low is not None:
        given["minimum"] = column.low
    if column.high is not None:
        given["maximum"] = column.high
    return given
