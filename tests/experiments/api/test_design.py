"""What an experiment can show, asked over HTTP."""

import math

import pytest
from rest_framework.test import APIClient

from experiments import definitions
from experiments.design.margins import means, proportions
from tests.experiments.api.test_experiments import with_key
from tests.experiments.designs import NOW, draft, plan

pytestmark = pytest.mark.django_db
GUARDRAILS = """\
  - {key: solved, role: guardrail, kind: proportion, source: contacts.resolved, window: 30,
     margin: 0.02}
  - {key: minutes, role: guardrail, kind: mean, source: contacts.handle_seconds, window: 30,
     direction: decrease, margin: 30}
"""
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


def test_a_guardrail_says_which_margin_it_rules_out_and_when(reader: APIClient) -> None:
    source = plan("longer_calls") + GUARDRAILS
    definitions.create(
        draft("guarded", plan_source=source.replace("longer_calls", "guarded")),
        actor="leader",
        now=NOW,
    )

    answer = reader.get("/api/v1/experiments/guarded/design", {"per_day": "1000"})

    solved, minutes = answer.data["guardrails"]
    assert (solved["metric"], solved["scale"], solved["margin"]) == (
        "solved",
        "share_of_units",
        0.02,
    )
    assert solved["needed"]["days"] == 30 + math.ceil(proportions.units_needed(0.02, 0.7) / 1000)
    assert solved["moments"][0]["margin"] is None
    assert "first windows of 30 days" in solved["moments"][0]["reason"]
    assert solved["moments"][1]["margin"] == pytest.approx(
        proportions.detectable_margin(30_000, 0.7)
    )
    assert (minutes["scale"], minutes["needed"]) == ("share_of_level", None)
    assert minutes["moments"][1]["margin"] == pytest.approx(means.detectable_margin(30_000, 1.0))


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
