"""What the OpenAPI document says of all addresses: the shapes they share, refusals and keys."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from experiments.access import ApiKeyAuthentication

PROBLEM = {"$ref": "#/components/schemas/Problem"}
TEXT = {"type": ["string", "null"], "maxLength": 256}
TIME = {"type": ["string", "null"], "description": "ISO 8601 with an offset."}


def problems(words: dict[int, str]) -> dict[Any, Any]:
    """Return the refusals of an address, by status, for the document."""
    return {
        (status, "application/problem+json"): OpenApiResponse(PROBLEM, description=description)
        for status, description in words.items()
    }


REFUSALS = problems(
    {
        400: "The body has a wrong shape.",
        401: "No key, or one that is not in force.",
        403: "The key or role does not allow this.",
        404: "There is no such experiment.",
        409: "Its status, its lock or another's edit forbids it.",
        415: "Another content type is asked for.",
        422: "A rule of the definition or of the plan is broken.",
    }
)


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
