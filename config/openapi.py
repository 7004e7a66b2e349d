"""What the OpenAPI document says of every operation alike: how it refuses."""

from typing import Any

from config.errors import PROBLEM

ANY_REFUSAL = "4XX"
SHAPE = {
    "type": "object",
    "description": "RFC 9457; errors names each field, value and rule.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "value": {"type": "string", "description": "As JSON, cut where it is long."},
                    "rule": {"type": "string"},
                    "line": {"type": ["integer", "null"], "description": "Of the plan's text."},
                },
                "required": ["field", "value", "rule"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
REFUSAL = {
    "description": "The request is refused; detail and errors say why.",
    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def name_refusals(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Say of every operation that does not say so itself that it refuses with a problem document.

    `result` is the document; drf-spectacular calls this after making it.
    """
    result["components"]["schemas"]["Problem"] = SHAPE
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"].setdefault(ANY_REFUSAL, REFUSAL)
    return result
