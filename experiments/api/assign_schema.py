"""What the OpenAPI document says of the question which variant a contact gets."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.access import ApiKeyAuthentication
from experiments.api.assign_form import CONTENT_TYPE, TEXTS
from experiments.api.assign_formats import CONTENT_TYPES
from experiments.api.assign_wire import FORMATS
from experiments.api.schema import TEXT, TIME

QUESTION = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("customer_id", "contact_id", "agent_id", "team", "queue"), TEXT),
        "arrived_at": TIME,
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
