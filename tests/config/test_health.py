"""Liveness, readiness and the answers to what cannot be answered."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings


def test_a_running_process_is_alive(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_process_that_can_write_everywhere_is_ready(client: Client) -> None:
    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json()["database"] == "ok"


@pytest.mark.django_db
def test_readiness_names_what_cannot_be_written(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.SPOOL_DIR = tmp_path / "missing"

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["spool"].startswith("not writable")


def test_an_unknown_address_of_the_api_answers_a_problem_document(client: Client) -> None:
    answer = client.get("/api/v1/nothing-here")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Not Found"


@pytest.mark.django_db
def test_an_unknown_page_says_so_and_leads_on(client: Client) -> None:
    answer = client.get("/nothing-here")

    assert answer.status_code == 404
    assert b"There is nothing at this address" in answer.content
