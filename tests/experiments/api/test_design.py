"""What an experiment can show, asked over HTTP."""

import math

import pytest
from rest_framework.test import APIClient

from experiments import definitions
from tests.experiments.api.test_experiments import with_key
from tests.experiments.designs import NOW, draft

pytestmark = pytest.mark.django_db
URL = "/api/v1/experiments/longer_calls/design"


@pytest.fixture
def reader() -> APIClient:
    definitions.create(draft(), actor="leader", now=NOW)
    return with_key("read")


def test_a_draft_is_sized_from_what_is_expected(reader: APIClient) -> None:
    answer = reader.get(URL, {"per_day": "1000", "monthly_churn": "0.009"})

    assert answer.status_code == 200
    assert answer.data["metric"] == "retention"
    assert answer.data["variant"] == "take_time"
    assert answer.data["needed"] == {"days": 296, "units": 296_000, "reason": ""}
    assert [moment["day"] for moment in answer.data["moments"]] == [30, 60, 90, 180]
    assert answer.data["moments"][-1]["change"] == pytest.approx(0.113, abs=5e-4)
    assert {finding["level"] for finding in answer.data["findings"]} == {"note"}
    assert answer.data["expected"]["adherence"] == 0.7


def test_where_there_is_no_number_there_is_a_reason(reader: APIClient) -> None:
    answer = reader.get(URL, {"per_day": "2", "population": "40"})

    assert answer.data["needed"]["days"] is None
    assert "too few" in answer.data["needed"]["reason"]
    assert answer.data["moments"][0]["change"] is None
    assert answer.data["moments"][0]["reason"]


def test_coverage_slows_it(reader: APIClient) -> None:
    half = draft(coverage=5000)
    definitions.edit("longer_calls", half, edition=1, actor="leader", now=NOW)

    answer = reader.get(URL, {"per_day": "2000"})

    assert answer.data["needed"]["days"] == 296


def test_a_forecast_of_contacts_stands_for_new_customers(reader: APIClient) -> None:
    week = ",".join(["1200"] * 5 + ["600", "400"])

    answer = reader.get(URL, {"contacts": week, "population": "300000"})
    fewer = reader.get(URL, {"contacts": week, "population": "300000", "alikeness": "0.5"})

    assert answer.data["moments"][0]["units"] == pytest.approx(
        300_000 * -math.expm1(-30_400 / 300_000)
    )
    assert fewer.data["needed"]["days"] > answer.data["needed"]["days"] > 296
    assert answer.data["expected"]["per_day"] == 1000


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "per_day"),
        ({"per_day": "many"}, "per_day"),
        ({"per_day": "-3"}, "per_day"),
        ({"per_day": "nan"}, "per_day"),
        ({"per_day": "1e400"}, "per_day"),
        ({"per_day": "10", "monthly_churn": "90"}, "monthly_churn"),
        ({"per_day": "10", "adherence": "0"}, "adherence"),
        ({"contacts": "900,-1", "population": "9000"}, "contacts"),
        ({"contacts": "0,0", "population": "9000"}, "contacts"),
        ({"contacts": "900"}, "population"),
    ],
)
def test_a_wrong_number_is_refused_by_name(
    reader: APIClient, asked: dict[str, str], field: str
) -> None:
    answer = reader.get(URL, asked)

    assert answer.status_code == 400
    assert field in str(answer.data["errors"])


def test_without_a_sound_plan_there_is_nothing_to_size(reader: APIClient) -> None:
    definitions.create(draft("planless", plan_source=""), actor="leader", now=NOW)

    answer = reader.get("/api/v1/experiments/planless/design", {"per_day": "10"})

    assert answer.status_code == 422
    missing = reader.get("/api/v1/experiments/nobody/design", {"per_day": "10"})
    assert missing.status_code == 404


def test_only_readers_ask(reader: APIClient) -> None:
    assert reader.get(URL, {"per_day": "10"}).status_code == 200
    assert APIClient().get(URL, {"per_day": "10"}).status_code == 401
    assert with_key("assign").get(URL, {"per_day": "10"}).status_code == 403
