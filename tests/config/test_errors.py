"""From error to answer: every refusal of ours has its status, and all are problem documents."""

import inspect

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from rest_framework.exceptions import NotAuthenticated

from config.errors import STATUS, problem_response
from experiments import errors as experiment_errors
from experiments.errors import InvalidRequest, MoveNotAllowed, Violation
from impact import errors as impact_errors
from impact.errors import InvalidBatch

WORKERS_ONLY = {impact_errors.StaleLease}
TREES = {
    experiment_errors.ExperimentsError,
    experiment_errors.Refusal,
    impact_errors.ImpactError,
}


def test_every_error_of_ours_has_a_status() -> None:
    ours = {
        error
        for module in (experiment_errors, impact_errors)
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, Exception)
    }

    assert set(STATUS) == ours - WORKERS_ONLY - TREES


def test_a_refusal_names_field_value_and_rule() -> None:
    error = InvalidRequest(Violation(field="coverage", value="-1", rule="must be 0 to 10,000"))

    answer = problem_response(error, {})

    assert answer is not None
    assert answer.status_code == 400
    assert answer.data["errors"] == [
        {"field": "coverage", "value": "-1", "rule": "must be 0 to 10,000", "line": None}
    ]


def test_a_batch_that_cannot_be_read_says_why() -> None:
    answer = problem_response(InvalidBatch(field="file", value="0 bytes", rule="is empty"), {})

    assert answer is not None
    assert answer.data["errors"] == [{"field": "file", "value": "0 bytes", "rule": "is empty"}]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (NotAuthenticated(), 401),
        (MoveNotAllowed("cannot start"), 409),
    ],
)
def test_all_refusals_are_problem_documents(error: Exception, status: int) -> None:
    answer = problem_response(error, {})

    assert answer is not None
    assert answer.data["status"] == answer.status_code == status
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/v1/experiments", "/api/v1/layers", "/api/v1/runs"])
def test_json_that_is_nested_too_deeply_is_refused(admin_client: Client, path: str) -> None:
    answer = admin_client.post(path, "[" * 100_000, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["detail"] == "body: must be JSON that is not nested so deeply"


def test_a_body_that_is_too_large_is_refused_with_the_limit(admin_client: Client) -> None:
    body = {"key": "large", "title": "x" * 9_000_000}

    answer = admin_client.post("/api/v1/experiments", body, content_type="application/json")

    assert answer.status_code == 413
    assert answer.json()["detail"] == "body: must have at most 8,388,608 bytes"
