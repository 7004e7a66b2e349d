"""What the OpenAPI document says of every operation alike."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from experiments.access import SCOPES, issue_key

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # as it is
    return made


def test_every_operation_says_how_it_refuses(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert operations
    assert all("4XX" in operation["responses"] for operation in operations)


def test_a_refusal_is_a_problem_document_but_for_routers(document: dict[str, Any]) -> None:
    layers, assign = (document["paths"][f"/api/v1/{name}"] for name in ("layers", "assign"))

    assert layers["get"]["responses"]["4XX"]["content"] == PROBLEM
    assert "text/plain" in assign["post"]["responses"]["4XX"]["content"]


@pytest.mark.django_db
def test_what_an_address_takes_is_told_by_the_document_alone(client: Client) -> None:
    _, secret = issue_key(name="a test", scopes=SCOPES, now=timezone.now())

    answer = client.options("/api/v1/layers", headers={"X-API-Key": secret})

    assert answer.status_code == 405
