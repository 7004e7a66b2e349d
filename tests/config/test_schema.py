"""The API answers as its OpenAPI document says, whatever it is asked."""

from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.direct import direct
from experiments.access import SCOPES, issue_key
from impact import ingest
from impact.errors import InvalidBatch
from impact.ingest import Delivery, inbox
from impact.models import Batch, Run
from impact.records.kinds import COLUMNS, RecordKind
from impact.records.reading import read_blocks
from tests.experiments.designs import running
from tests.impact.reports.example import ANALYSIS

# Routers are answered by a thread of its own: on PostgreSQL it sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
EXPERIMENT, RUN = "longer_calls", "r-0"
KINDS = f"/({'|'.join(RecordKind)})$"
application = direct(get_wsgi_application())
schema = schemathesis.openapi.from_wsgi("/api/schema", application)
few = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


@pytest.fixture
def key() -> dict[str, str]:
    _, secret = issue_key(name="a test", scopes=SCOPES, now=timezone.now())
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def existing() -> dict[str, str]:
    """Return the ids of an experiment that runs, of a batch and of a finished run."""
    running(EXPERIMENT, now=NOW)
    content = b"customer_id,churned_at\nk1,2026-02-01\nk2,never\n"
    delivery = Delivery(kind=RecordKind.CHURN, format="csv", sender="a test")
    batch = ingest.accept(delivery, [content], now=NOW)
    ingest.process(batch.pk, NOW)
    Run.objects.create(
        id=RUN,
        experiment=EXPERIMENT,
        status=Run.Status.DONE,
        requested_at=NOW,
        as_of=NOW,
        statistics=b"stored",
        analysis=ANALYSIS,
    )
    return {"key": EXPERIMENT, "batch_id": batch.pk, "run_id": RUN}


@schema.exclude(path_regex=KINDS).parametrize()
@few
def test_every_answer_is_one_that_the_document_names(case: Case[Any], key: dict[str, str]) -> None:
    case.call_and_validate(headers=key, checks=CHECKS)


@schema.include(path_regex="{|/(assign|exposures|runs)$").parametrize()
@few
def test_so_is_every_answer_about_what_exists(
    case: Case[Any], key: dict[str, str], existing: dict[str, str]
) -> None:
    case.path_parameters = {**case.path_parameters, **existing}
    if isinstance(case.body, dict):
        names: dict[str, Any] = {"experiment": EXPERIMENT, "experiments": [EXPERIMENT]}
        case.body |= {name: names[name] for name in names.keys() & case.body.keys()}

    case.call_and_validate(headers=key, checks=CHECKS)


@schema.include(path_regex=KINDS).parametrize()
@few
def test_a_batch_that_is_taken_is_read_or_refused_by_a_rule(
    case: Case[Any], key: dict[str, str]
) -> None:
    case.headers.pop("Idempotency-Key", None)  # else most are refused for other content

    answer = case.call_and_validate(headers=key, checks=CHECKS)

    if answer.status_code == HTTPStatus.ACCEPTED:
        batch = Batch.objects.get(pk=answer.json()["batch_id"])
        columns = COLUMNS[RecordKind(batch.kind)]
        path = inbox.payload(batch.payload)
        with suppress(InvalidBatch):
            list(read_blocks(path, columns, format=batch.format, zone=ZoneInfo("UTC"), now=NOW))
