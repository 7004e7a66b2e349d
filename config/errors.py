"""From domain error to HTTP answer: one table, RFC 9457 for programs, a page for people.

Under /ofrep/ its own protocol says how an error looks.
"""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from experiments import errors as experiment_errors
from experiments.answers.exchange import response_of
from experiments.api.violations import violations_of
from experiments.ofrep.context import ErrorCode
from experiments.ofrep.responses import Refused, failure
from impact import errors as impact_errors

STATUS: dict[type[Exception], HTTPStatus] = {
    experiment_errors.InvalidDefinition: HTTPStatus.UNPROCESSABLE_ENTITY,
    experiment_errors.InvalidPlan: HTTPStatus.UNPROCESSABLE_ENTITY,
    experiment_errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    experiment_errors.MoveNotAllowed: HTTPStatus.CONFLICT,
    experiment_errors.ExperimentNotFound: HTTPStatus.NOT_FOUND,
    experiment_errors.DefinitionLocked: HTTPStatus.CONFLICT,
    experiment_errors.EditConflict: HTTPStatus.CONFLICT,
    experiment_errors.ScheduleNotFound: HTTPStatus.NOT_FOUND,
    experiment_errors.KeyNotFound: HTTPStatus.NOT_FOUND,
    experiment_errors.Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    impact_errors.InvalidBatch: HTTPStatus.BAD_REQUEST,
    impact_errors.BatchTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    impact_errors.KeyReused: HTTPStatus.CONFLICT,
    impact_errors.UnknownCurrency: HTTPStatus.UNPROCESSABLE_ENTITY,
    impact_errors.InputMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
    impact_errors.BatchNotFound: HTTPStatus.NOT_FOUND,
    impact_errors.RunNotFound: HTTPStatus.NOT_FOUND,
}
PROBLEM = "application/problem+json"


def problem_response(error: Exception, context: dict[str, object]) -> Response | None:
    """Answer an error of the API as a problem document; None lets Django handle it."""
    status = STATUS.get(type(error))
    if status is not None:
        body = {**_problem(status, str(error)), "errors": _violations(error)}
        return Response(body, status=status, content_type=PROBLEM)
    known = _as_api_exception(error)
    response = exception_handler(known, context)
    if response is None or not isinstance(known, APIException):
        return response
    body = _problem(HTTPStatus(response.status_code), _detail(known))
    if isinstance(known, ValidationError):
        body["errors"] = [_named(each) for each in violations_of(known.detail, _sent(context))]
    response.data = body
    response.content_type = PROBLEM
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself could not read."""
    if isinstance(exception, RequestDataTooBig):
        most = f"body: must have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes"
        return _answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, most)
    return _answer(request, HTTPStatus.BAD_REQUEST, "The request could not be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django names it
    """Answer a person or program that may not do this."""
    return _answer(request, HTTPStatus.FORBIDDEN, "Your role does not allow this.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django names it
    """Answer an address that leads nowhere."""
    return _answer(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a defect of ours without saying more than that it is logged."""
    message = "The service failed to answer. The failure was logged; please try again."
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, message)


def _as_api_exception(error: Exception) -> Exception:
    """Return Django's own refusals as those of the API, which say what and why."""
    match error:
        case Http404():
            return NotFound()
        case DjangoPermissionDenied():
            return PermissionDenied()
        case _:
            return error


def _answer(request: HttpRequest, status: HTTPStatus, message: str) -> HttpResponse:
    if request.path.startswith("/ofrep/"):
        return response_of(failure(Refused(status, ErrorCode.GENERAL, message)))
    if request.path.startswith("/api/"):
        return JsonResponse(_problem(status, message), status=status, content_type=PROBLEM)
    context = {"status": status, "message": message}
    return render(request, "error.html", context, status=status)


def _problem(status: HTTPStatus, detail: str) -> dict[str, object]:
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
    }


def _detail(error: APIException) -> str:
    if isinstance(error, ValidationError):
        return "The request breaks the rules named in errors."
    return str(error.detail)


def _sent(context: dict[str, object]) -> object:
    """Return what the body of a refused request said, or its query."""
    request = context.get("request")
    if not isinstance(request, Request):
        return None
    return request.query_params if request.method == "GET" else request.data


def _named(violation: experiment_errors.Violation) -> dict[str, object]:
    return {"field": violation.field, "value": violation.value, "rule": violation.rule}


def _violations(error: Exception) -> list[dict[str, object]]:
    if isinstance(error, experiment_errors.Refusal):
        return [{**_named(each), "line": each.line} for each in error.violations]
    if isinstance(error, impact_errors.InvalidBatch):
        return [{"field": error.field, "value": error.value, "rule": error.rule}]
    return []
