"""What the OpenAPI document says of the rule set."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.access import ApiKeyAuthentication
from experiments.api.schema import problems
from experiments.assignment.signature import HEADER

DEFINITIONS = {"type": "array", "items": {"type": "object"}}
RULESET = {
    "type": "object",
    "required": ["format", "number", "experiments", "concluded"],
    "properties": {
        "format": {"type": "integer"},
        "number": {"type": "integer", "description": "Grows with every change."},
        "experiments": {**DEFINITIONS, "description": "Running and paused."},
        "holdout": {"type": "string", "description": "The key of the holdout, or empty."},
        "concluded": {**DEFINITIONS, "description": "Over, not archived yet."},
    },
}
SIGNED = [
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304]),
    OpenApiParameter(
        HEADER,
        str,
        OpenApiParameter.HEADER,
        response=[200, 304],
        description="id=HMAC-SHA256 of the body, for each key in force.",
    ),
]
PROBLEMS = problems(
    {
        401: "No key, or one that is not in force.",
        403: "The key lacks the scope assign.",
        405: "Another method than GET.",
        503: "Nothing could be read from the database since the start.",
    }
)


class RulesetDocumentation(APIView):
    """Stands for the plain view of `/ruleset` where the document is made; it answers nothing."""

    authentication_classes: list[type[BaseAuthentication]] = [ApiKeyAuthentication]

    @extend_schema(
        operation_id="ruleset",
        summary="What runs, for clients that decide by themselves",
        description="Scope assign. Ask once a second, with `If-None-Match`.",
        tags=["assign"],
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER), *SIGNED],
        responses={
            (200, "application/json"): OpenApiResponse(RULESET, description="The rule set."),
            304: OpenApiResponse(description="The client has it already."),
            **PROBLEMS,
        },
    )
    def get(self, request: Request) -> Response:
        """Never reached: the plain view answers."""
        raise NotImplementedError
