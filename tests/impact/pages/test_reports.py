import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from impact.models import Run
from impact.reports.document import SECTIONS
from tests.impact.pages.conftest import PLAN_SOURCE, MakeRun, SignIn
from tests.impact.reports.example import ANALYSIS, with_text

READERS = ("cx_leader", "finance_reviewer", "administrator")


@pytest.mark.parametrize("role", READERS)
def test_every_role_reads_the_report_with_its_sections_in_order(
    sign_in: SignIn, make_run: MakeRun, role: str
) -> None:
    make_run()

    response = sign_in(role).get("/reports/r-1")

    page = response.content.decode()
    assert response.status_code == 200
    found = [page.find(f'id="{section.__name__}"') for section in SECTIONS]
    places = [place for place in found if place >= 0]  # a section without anything is left out
    assert len(places) >= 9
    assert places == sorted(places)
    assert ANALYSIS["answer"] in page
    assert page.count('role="img"') == 4


def test_somebody_without_a_role_reads_nothing(sign_in: SignIn, make_run: MakeRun) -> None:
    make_run()
    client = sign_in("")

    paths = ("/reports", "/reports/r-1", "/reports/r-1.csv", "/reports/r-1/progress", "/data")
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)


def test_who_has_not_signed_in_is_sent_to_the_sign_in(client: Client, make_run: MakeRun) -> None:
    make_run()

    for path in ("/reports", "/reports/r-1", "/reports/r-1.pdf", "/data"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("sign-in"))


def test_the_list_shows_each_report_with_verdict_and_answer_in_few_queries(
    sign_in: SignIn,
    make_run: MakeRun,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        make_run(id=f"r-{number}")
    make_run(id="r-failed", status=Run.Status.FAILED, analysis=None, error="no churn given")
    client = sign_in("finance_reviewer")

    with django_assert_max_num_queries(12):
        page = client.get("/reports").content.decode()

    assert page.count(ANALYSIS["answer"]) == 12
    assert page.count("Ship it") == 12
    assert "no churn given" in page


def test_an_empty_list_says_how_to_come_to_a_report(sign_in: SignIn) -> None:
    page = sign_in("cx_leader").get("/reports").content.decode()

    assert "No report yet" in page


def test_an_interim_report_has_its_banner_and_no_p_value(
    sign_in: SignIn, make_run: MakeRun
) -> None:
    make_run(plan_source=PLAN_SOURCE.replace("2026-09-01", "2026-12-01"))

    page = sign_in("cx_leader").get("/reports/r-1").content.decode()

    assert "INTERIM" in page
    assert "p-value</th>" not in page
    assert "&lt; 0.001" not in page


def test_markup_in_stored_texts_is_shown_and_not_run(sign_in: SignIn, make_run: MakeRun) -> None:
    text = "<script>alert(1)</script>"
    make_run(analysis=with_text("no survey was answered in the window", text))

    page = sign_in("cx_leader").get("/reports/r-1").content.decode()

    assert text not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("form", "start", "media_type"),
    [
        ("pdf", b"%PDF-", "application/pdf"),
        ("xlsx", b"PK", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("csv", b"metric,kind,", "text/csv; charset=utf-8"),
        ("html", b"<!doctype html>", "text/html; charset=utf-8"),
    ],
)
def test_a_report_is_taken_away_in_each_form(
    sign_in: SignIn, make_run: MakeRun, form: str, start: bytes, media_type: str
) -> None:
    make_run()

    response = sign_in("finance_reviewer").get(f"/reports/r-1.{form}")

    assert response.content.startswith(start)
    assert response["Content-Type"] == media_type
    name = f'attachment; filename="time_it_takes-2026-09-01.{form}"'
    assert response["Content-Disposition"] == name


def test_the_json_is_the_stored_document(sign_in: SignIn, make_run: MakeRun) -> None:
    make_run()

    response = sign_in("finance_reviewer").get("/reports/r-1.json")

    assert json.loads(response.content) == ANALYSIS


def test_what_does_not_exist_is_not_found(sign_in: SignIn, make_run: MakeRun) -> None:
    make_run()
    make_run(id="r-2", status=Run.Status.QUEUED, analysis=None)
    client = sign_in("cx_leader")

    for path in ("/reports/none", "/reports/r-1.docx", "/reports/none.pdf", "/reports/r-2.pdf"):
        assert client.get(path).status_code == 404


def test_a_run_under_way_shows_its_progress_and_asks_again(
    sign_in: SignIn, make_run: MakeRun
) -> None:
    run = make_run(status=Run.Status.RUNNING, analysis=None, progress="Joining outcomes")
    client = sign_in("cx_leader")

    assert "Joining outcomes" in client.get("/reports/r-1").content.decode()
    waiting = client.get("/reports/r-1/progress", headers={"HX-Request": "true"})
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DONE, analysis=ANALYSIS)
    ended = client.get("/reports/r-1/progress", headers={"HX-Request": "true"})

    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert ended["HX-Refresh"] == "true"


def test_a_failed_run_says_why_and_what_to_do(sign_in: SignIn, make_run: MakeRun) -> None:
    make_run(status=Run.Status.FAILED, analysis=None, error="revenue: <amounts> in CHF")

    page = sign_in("cx_leader").get("/reports/r-1").content.decode()

    assert "revenue: &lt;amounts&gt; in CHF" in page
    assert "What to do" in page
    assert "Analyse again" in page


def test_a_reviewer_reads_and_does_not_ask_for_analyses(sign_in: SignIn, make_run: MakeRun) -> None:
    make_run()
    client = sign_in("finance_reviewer")

    assert "Analyse now" not in client.get("/reports/r-1").content.decode()
    assert client.post("/reports/request/time_it_takes").status_code == 403


def test_asking_for_an_analysis_of_an_unknown_experiment_is_not_found(sign_in: SignIn) -> None:
    assert sign_in("cx_leader").post("/reports/request/unknown").status_code == 404


def test_a_report_is_asked_for_by_a_post_only(sign_in: SignIn) -> None:
    assert sign_in("cx_leader").get("/reports/request/unknown").status_code == 405


def test_the_effect_of_each_experiment_is_that_of_its_newest_report(
    sign_in: SignIn, make_run: MakeRun
) -> None:
    make_run(id="r-old", as_of=datetime(2026, 3, 1, tzinfo=UTC))
    make_run(id="r-new")
    make_run(id="r-queued", status=Run.Status.QUEUED, analysis=None)

    page = sign_in("cx_leader").get("/reports/effects?keys=time_it_takes,other").content.decode()

    assert page.count("hx-swap-oob") == 1
    assert 'id="effect-time_it_takes"' in page
    assert "Difference in retention +1.9\u202fpp (+1.2 to +2.5\u202fpp)" in page
    assert "Ship it" in page
    assert "/reports/r-new" in page


def test_the_effect_of_a_broken_split_is_not_shown(sign_in: SignIn, make_run: MakeRun) -> None:
    checks = [{"name": "sample_ratio", "status": "fail", "message": "53 to 47"}]
    make_run(analysis={**ANALYSIS, "checks": checks})

    page = sign_in("cx_leader").get("/reports/effects?keys=time_it_takes").content.decode()

    assert "Not to be relied on" in page
    assert "+1.9" not in page
    assert "/reports/r-1" in page


def test_the_panel_asks_again_while_a_report_is_computed(
    sign_in: SignIn, make_run: MakeRun
) -> None:
    make_run()
    client = sign_in("cx_leader")

    still = client.get("/reports/panel/time_it_takes").content.decode()
    make_run(id="r-2", status=Run.Status.QUEUED, analysis=None)
    busy = client.get("/reports/panel/time_it_takes").content.decode()

    assert ANALYSIS["answer"] in still
    assert "hx-trigger" not in still
    assert 'hx-trigger="every 2s"' in busy


def test_the_panel_of_an_experiment_without_reports_says_what_one_is(sign_in: SignIn) -> None:
    assert "No report yet" in sign_in("cx_leader").get("/reports/panel/unknown").content.decode()
