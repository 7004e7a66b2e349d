"""A client that speaks OFREP with a key."""

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from django.test import Client

from experiments import registry
from experiments.access import issue_key
from tests.experiments.designs import NOW

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

FLAGS = "/ofrep/v1/evaluate/flags"


class Evaluate(Protocol):
    def __call__(
        self, flag: str = "", body: object = None, **headers: str
    ) -> tuple["Response", Any]: ...


@pytest.fixture
def secret() -> str:
    return issue_key(name="router", scopes=["assign"], now=NOW)[1]


@pytest.fixture
def evaluate(client: Client, secret: str) -> Evaluate:
    """Return what posts to a flag, or to all; header names have underscores."""

    def evaluate(flag: str = "", body: object = None, **headers: str) -> tuple["Response", Any]:
        registry.snapshot.forget()
        sent = {"context": {"targetingKey": "0012"}} if body is None else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = client.post(
            f"{FLAGS}/{flag}" if flag else FLAGS,
            sent,
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **named},
        )
        assert response["Access-Control-Allow-Origin"] == "*"
        assert not response.cookies
        return response, response.json() if response.content else None

    return evaluate
