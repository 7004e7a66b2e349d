"""What the OpenAPI document says of reports of exposures."""

from experiments.api.schema import TEXT, TIME

REPORT = {
    "type": "object",
    "required": ["experiment"],
    "properties": {
        "experiment": {"type": "string"},
        **dict.fromkeys(("assignment_id", "contact_id", "unit_id", "customer_id", "queue"), TEXT),
        "exposed_at": TIME,
        "assigned_at": TIME,
        "served_variant": TEXT,
        "assigned_variant": TEXT,
        "source": {
            "type": ["string", "null"],
            "enum": ["client", "service", None],
            "description": "client: the caller drew it by the published hash.",
        },
        "version": {"type": ["integer", "null"], "minimum": 1},
        "eligible": {"type": ["boolean", "null"]},
        "forced": {
            "type": ["boolean", "null"],
            "description": "With source client: the unit is on a list of quality assurance.",
        },
        "attributes": {"type": ["object", "null"]},
    },
}
REPORTS = {
    "type": "object",
    "required": ["exposures"],
    "properties": {"exposures": {"type": "array", "items": REPORT, "maxItems": 10_000}},
}
ACCEPTED_REPORTS = {
    "type": "object",
    "required": ["received", "recorded", "matched", "rejected"],
    "properties": {
        "received": {"type": "integer"},
        "recorded": {"type": "integer", "description": "New rows of source client."},
        "matched": {"type": "integer", "description": "Reports whose assignment is recorded."},
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "row": {"type": "integer", "description": "Counted from 1."},
                    **{name: {"type": "string"} for name in ("field", "value", "rule")},
                },
            },
        },
    },
}
