"""The schedule of a switchback in the browser: asked for in the form, shown week by week."""

import pytest
from django.test import Client

from experiments.models import Experiment
from tests.experiments.pages.test_defining import ANSWERS, defined

SLOTS = {
    "unit": "time_slot",
    "schedule-starts_on": "2030-01-07",
    "schedule-weeks": "4",
    "schedule-slot_minutes": "240",
    "schedule-burn_in": "20",
    "schedule-block_weeks": "2",
    "schedule-from_hour": "8",
    "schedule-to_hour": "20",
    "schedule-weekdays": "1,2,3,4,5",
    "schedule-timezone": "Europe/Berlin",
}


def test_the_answers_become_a_schedule(leader: Client) -> None:
    leader.post("/experiments/new", {**ANSWERS, **SLOTS})

    experiment = Experiment.objects.get(key="care_over_clock")
    assert experiment.unit == "time_slot"
    assert experiment.schedule["starts_on"] == "2030-01-07"
    assert experiment.schedule["weekdays"] == [1, 2, 3, 4, 5]
    assert "schedule" in leader.get("/experiments/care_over_clock").content.decode()


def test_the_schedule_is_shown_week_by_week(leader: Client, reviewer: Client) -> None:
    leader.post("/experiments/new", {**ANSWERS, **SLOTS})

    page = reviewer.get("/experiments/care_over_clock/schedule").content.decode()

    assert "60 slots of 240 minutes" in page
    assert page.count('<th scope="row">08:00</th>') == 4
    assert page.count('<td class="tint-0">300 seconds</td>') == 30
    assert page.count('<td class="tint-1">Take the time</td>') == 30
    assert page.count("scrolls sideways") == 4


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("weeks", "3", "must be a multiple of block_weeks, 2"),
        ("timezone", "Berlin", "must be a name such as Europe/Berlin or UTC"),
        ("starts_on", "", "This field is required."),
        ("starts_on", "9999-12-20", "must be a date such as 2026-11-30, 1900 to 2199"),
        ("starts_on", "1899-12-31", "must be a date such as 2026-11-30, 1900 to 2199"),
    ],
)
def test_a_refusal_stands_at_its_question(
    leader: Client, field: str, value: str, rule: str
) -> None:
    page = leader.post("/experiments/new", {**ANSWERS, **SLOTS, f"schedule-{field}": value})

    assert not Experiment.objects.exists()
    assert page.context["schedule"].errors[field] == [rule]


def test_a_schedule_comes_back_into_the_form(leader: Client) -> None:
    leader.post("/experiments/new", {**ANSWERS, **SLOTS})

    shown = leader.get("/experiments/care_over_clock/edit").context["schedule"]

    assert shown["from_hour"].value() == 8
    assert shown["weekdays"].value() == "1,2,3,4,5"


def test_without_slots_nothing_is_asked_about_them(leader: Client) -> None:
    experiment = defined(leader)

    assert experiment.schedule == {}
    assert leader.get("/experiments/care_over_clock/schedule").status_code == 404


def test_shares_become_a_saturation_and_come_back(leader: Client) -> None:
    shares = {"saturation-cluster": "queue", "saturation-levels": "0, 25, 50"}
    leader.post("/experiments/new", {**ANSWERS, **shares})

    experiment = Experiment.objects.get(key="care_over_clock")
    assert experiment.saturation == {
        "cluster": "queue",
        "levels": [
            {"share": 0, "weight": 3333},
            {"share": 2500, "weight": 3333},
            {"share": 5000, "weight": 3334},
        ],
    }
    shown = leader.get("/experiments/care_over_clock/edit").context["saturation"]
    assert shown["levels"].value() == "0:33.33, 25:33.33, 50:33.34"
    assert "0%, 25%, 50%" in leader.get("/experiments/care_over_clock").content.decode()


@pytest.mark.parametrize(
    "levels", ["", "0", "0, many", "0:50, 50:60", "inf, 50", "nan, 50", "0, 1e999999", "0, 101"]
)
def test_shares_that_cannot_be_are_refused_at_their_question(leader: Client, levels: str) -> None:
    shares = {"saturation-cluster": "team", "saturation-levels": levels}
    page = leader.post("/experiments/new", {**ANSWERS, **shares})

    assert not Experiment.objects.exists()
    assert page.context["saturation"].errors["levels"]


def test_a_definition_without_slots_is_refused_without_a_word_about_them(leader: Client) -> None:
    page = leader.post("/experiments/new", {**ANSWERS, "key": "Care!", "schedule-starts_on": ""})

    assert page.context["schedule"].errors == {}
    assert "This field is required." not in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "section"),
    [
        ({"saturation-cluster": "window_id", "saturation-levels": "0, 50"}, "Slots of time"),
        ({"requires": "nobody_knows"}, "Units of other experiments"),
        ({"layer_start": "-1"}, "Keep apart from other experiments"),
    ],
)
def test_a_section_with_a_refused_answer_is_open(
    leader: Client, wrong: dict[str, str], section: str
) -> None:
    page = leader.post("/experiments/new", {**ANSWERS, **wrong}).content.decode()
    untouched = leader.get("/experiments/new").content.decode()

    assert f" open><summary>{section}" in page
    assert f" open><summary>{section}" not in untouched


def test_shares_that_windows_drew_have_a_tint_each(leader: Client) -> None:
    shares = {"saturation-cluster": "window_id", "saturation-levels": "50, 0"}
    leader.post("/experiments/new", {**ANSWERS, **SLOTS, **shares, "unit": "contact"})

    page = leader.get("/experiments/care_over_clock/schedule").content.decode()

    assert page.count('<td class="tint-0">0%</td>') == 30
    assert page.count('<td class="tint-1">50%</td>') == 30
