"""The list of experiments and the door to it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.formats import localize

from experiments import definitions
from experiments.definitions import Draft, VariantDraft
from experiments.plan.template import plan_text

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def draft(key: str) -> Draft:
    return Draft(
        key=key,
        title=key.replace("_", " ").capitalize(),
        plan_source=plan_text(
            key=key,
            title=key,
            unit="customer",
            control="clock",
            weights={"clock": 5000, "care": 5000},
        ),
        variants=(
            VariantDraft(key="clock", weight=5000, is_control=True),
            VariantDraft(key="care", weight=5000),
        ),
    )


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    answer = client.get("/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/"


@pytest.mark.django_db
def test_a_wrong_password_is_told_in_plain_words(client: Client) -> None:
    answer = client.post("/sign-in", {"username": "nobody", "password": "wrong"})

    assert "do not belong together" in answer.content.decode()


def test_an_empty_list_teaches_what_an_experiment_is(leader: Client) -> None:
    assert "Define the first experiment" in leader.get("/").content.decode()


def test_the_list_narrows_by_title_and_status(leader: Client) -> None:
    for key in ("care_over_clock", "callback_offer"):
        definitions.create(draft(key), actor="a", now=NOW)
    definitions.submit("callback_offer", actor="a", now=NOW)

    by_title = leader.get("/", {"title": "care"}).content.decode()
    by_status = leader.get("/", {"status": "review"}).content.decode()

    assert "Care over clock" in by_title
    assert "Callback offer" not in by_title
    assert "Callback offer" in by_status
    assert "Care over clock" not in by_status


def test_archived_experiments_are_out_of_the_way(leader: Client) -> None:
    definitions.create(draft("old_idea"), actor="a", now=NOW)
    definitions.archive("old_idea", actor="a", now=NOW)

    assert "Old idea" not in leader.get("/").content.decode()
    assert "Old idea" in leader.get("/", {"status": "archived"}).content.decode()


def test_a_list_costs_the_same_queries_however_long(
    leader: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(12):
        definitions.create(draft(f"idea_{number}"), actor="a", now=NOW)

    with django_assert_max_num_queries(12):  # type: ignore[operator]  # a fixture of pytest-django
        leader.get("/")


def test_the_administration_has_no_sign_in_of_its_own(client: Client, leader: Client) -> None:
    stranger = client.get("/admin/", follow=True)
    outsider = leader.get("/admin/", follow=True)

    assert stranger.redirect_chain[-1][0] == "/sign-in?next=/admin/"
    assert outsider.status_code == 403
    assert "Your role does not" in outsider.content.decode()


def test_django_writes_moments_as_the_pages_do() -> None:
    assert localize(NOW) == "1 Mar 2026, 00:00"
