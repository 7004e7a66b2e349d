"""From error to answer: every refusal of ours has its status, and all are problem documents."""

import inspect

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
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
