"""What the OpenAPI document says that the views do not say by themselves."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.access import ApiKeyAuthentication
from experiments.api.assign_form import CONTENT_TYPE, TEXTS
from experiments.api.assign_formats import CONTENT_TYPES
from experiments.api.assign_wire import FORMATS

PROBLEM = {"$ref": "#/components/schemas/Problem"}
REFUSALS: dict[Any, Any] = {
    (code, "application/problem+json"): OpenApiResponse(PROBLEM, description=description)
    for code, description in (
        (400, "The body has a wrong shape."),
        (401, "No key, or one that is not in force."),
        (403, "The key or role does not allow this."),
        (404, "There is no such experiment."),
        (409, "Its status, its lock or another's edit forbids it."),
        (415, "Another content type is asked for."),
        (422, "A rule of the definition or of the plan is broken."),
    )
}
TEXT = {"type": ["string", "null"], "maxLength": 256}
QUESTION = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("customer_id", "contact_id", "agent_id", "team", "queue"), TEXT),
        "arrived_at": {"type": ["string", "null"], "description": "ISO 8601 with an offset."},
        "experiments": {
            "type": ["array", "null"],
            "items": {"type": "string"},
            "minItems": 1,
            "description": "Keys; without them, all that take this contact.",
        },
        "attributes": {
            "type": ["object", "null"],
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
        "expose": {"type": ["boolean", "null"], "description": "false: look, record nothing."},
        "format": {"type": ["string", "null"], "enum": [*FORMATS, None]},
    },
}
FORM = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in (*TEXTS, "experiments")},
        "expose": {"type": "string", "enum": ["true", "false", ""]},
    },
    "additionalProperties": {"type": "string"},
    "description": "The same as a form; `attribute_<name>` is an attribute.",
}
FLAT = {"type": "object", "additionalProperties": {"type": "string"}}
ANSWER = {
    **FLAT,
    "description": (
        "status, experiment, variant, enrolled, source, version, bucket, assignment_id and "
        "policy_<name>; of several experiments each behind `<experiment>__`."
    ),
}
REFUSAL = {**FLAT, "description": "status error, field, value, rule."}
MEDIA_TYPES = sorted({name.partition(";")[0] for name in CONTENT_TYPES.values()})
ANSWERS: dict[Any, Any] = {
    (code, name): OpenApiResponse(
        shape if name == "application/json" else str, description=description
    )
    for code, shape, description in (
        (200, ANSWER, "The answer, in the format that was asked for."),
        (400, REFUSAL, "A field breaks its rule."),
        (401, REFUSAL, "No key in force with the scope assign."),
        (413, REFUSAL, "More than 64 KiB."),
        ("4XX", REFUSAL, "Any other refusal."),
        (503, REFUSAL, "Overload: play control."),
    )
    for name in MEDIA_TYPES
}

TIME = {"type": ["string", "null"], "description": "ISO 8601 with an offset."}
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
                    "row": {"type": "integer", "description": "Counted from 0."},
                    **{name: {"type": "string"} for name in ("field", "value", "rule")},
                },
            },
        },
    },
}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # as it is
    """How a program shows its key."""

    target_class = ApiKeyAuthentication
    name = ["BearerKey", "ApiKey", "BasicKey"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        """Return any of them."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: AutoSchema) -> Any:  # noqa: ANN401
        """Return the three ways."""
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            {"type": "http", "scheme": "basic", "description": "The key is the password."},
        ]


class AssignDocumentation(APIView):
    """Stands for the plain view of `/assign` where the document is made; it answers nothing."""

    authentication_classes: list[type[BaseAuthentication]] = [ApiKeyAuthentication]

    @extend_schema(
        operation_id="assign",
        summary="Which variant does this contact get?",
        description="Scope assign. Always within 200 ms; time out after 300 ms and play control.",
        tags=["assign"],
        parameters=[OpenApiParameter("format", str, enum=FORMATS)],
        request={"application/json": QUESTION, CONTENT_TYPE: FORM},
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Response:
        """Never reached: the plain view answers."""
        raise NotImplementedError
