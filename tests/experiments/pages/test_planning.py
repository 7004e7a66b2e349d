"""The plan of a draft in the browser: written from the answers, saved, started."""

import pytest
from django.test import Client

from experiments.design.findings import Level
from experiments.models import Experiment
from experiments.pages.measure_form import MeasureForm
from experiments.plan.document import Kind, Table
from tests.experiments.pages.test_defining import ANSWERS
from tests.experiments.pages.test_schedule import SLOTS

PLAN = "/experiments/care_over_clock/plan"
SHARES = {"saturation-levels": "0, 50"}
BY_WINDOW = {**SHARES, **SLOTS, "saturation-cluster": "window_id"}
DESIGNS = {
    "customer": {},
    "contact": {"unit": "contact"},
    "agent": {"unit": "agent"},
    "team": {"unit": "team"},
    "queue": {"unit": "queue"},
    "time_slot": SLOTS,
    "customers by queue": {**SHARES, "saturation-cluster": "queue"},
    "agents by team": {**SHARES, "unit": "agent", "saturation-cluster": "team"},
    "contacts by window": {**BY_WINDOW, "unit": "contact"},
    "customers by window": {**BY_WINDOW, "unit": "customer"},
}


def answers(form: MeasureForm) -> dict[str, str]:
    """Return what a browser sends when nobody touches the form."""
    return {"action": "write", **{field.name: str(field.value() or "") for field in form}}


@pytest.mark.parametrize("design", DESIGNS)
def test_the_plan_that_is_written_starts_whatever_is_randomised(
    leader: Client, design: str
) -> None:
    leader.post("/experiments/new", {**ANSWERS, **DESIGNS[design]})
    page = leader.post(PLAN, answers(leader.get(PLAN).context["measure"]))

    saved = leader.post(PLAN, {"action": "save", "source": page.context["source"], "edition": "1"})
    for move in ("submit", "start"):
        leader.post("/experiments/care_over_clock/move", {"move": move})

    assert saved.status_code == 302, saved.context["error"]
    assert Experiment.objects.get(key="care_over_clock").status == "running"


@pytest.mark.parametrize(
    ("design", "primary"),
    [
        ("customer", "retention"),
        ("contact", "handle_time"),
        ("agent", "handle_time"),
        ("team", "handle_time"),
        ("queue", "handle_time"),
        ("time_slot", "waiting"),
        ("customers by queue", "retention"),
        ("agents by team", "handle_time"),
        ("contacts by window", "handle_time"),
        ("customers by window", "handle_time"),
    ],
)
def test_the_plan_asks_for_nothing_that_its_unit_cannot_tell(
    leader: Client, design: str, primary: str
) -> None:
    leader.post("/experiments/new", {**ANSWERS, **DESIGNS[design]})
    asked = leader.get(PLAN).context["measure"]

    page = leader.post(PLAN, answers(asked))

    plan, seen = page.context["plan"], page.context["card"].sight.prospect.findings
    warned = {found.subject for found in seen if found.level is Level.WARNING}
    lasting = {Table.CHURN, Table.REVENUE} & {metric.source.table for metric in plan.metrics}
    follows = primary == "retention"
    assert plan.primary.key == primary
    assert bool(lasting) == (plan.economics is not None) == ("horizon" in asked.fields) == follows
    assert warned.isdisjoint(metric.key for metric in plan.metrics)


def test_a_switchback_takes_zone_and_burn_in_from_its_schedule(leader: Client) -> None:
    leader.post("/experiments/new", {**ANSWERS, **SLOTS})
    asked = leader.get(PLAN).context["measure"]

    plan = leader.post(PLAN, answers(asked)).context["plan"]

    shown = leader.post(PLAN, answers(asked)).content.decode()
    assert "New contacts a day" in shown
    assert "time_slots" not in shown
    assert "zone" not in asked.fields
    assert (plan.timezone, plan.switchback.burn_in) == ("Europe/Berlin", 20)
    assert plan.looks.planned_end.isoformat() == "2030-02-11"  # a week after the last slot


def test_every_metric_of_two_stages_has_the_cluster_that_drew(leader: Client) -> None:
    leader.post("/experiments/new", {**ANSWERS, **DESIGNS["customers by queue"]})

    plan = leader.post(PLAN, answers(leader.get(PLAN).context["measure"])).context["plan"]

    assert plan.saturation == "saturation"
    assert {metric.cluster for metric in plan.metrics} == {"queue"}
    assert plan.primary.kind is Kind.TIME_TO_EVENT


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("customer", "Follow each customer for (days)"),
        ("contact", "Count what belongs to a contact over (days)"),
        ("agent", "Count the contacts of each agent over (days)"),
        ("time_slot", "Count what belongs to a contact over (days)"),
    ],
)
def test_the_questions_speak_of_what_is_randomised(leader: Client, design: str, words: str) -> None:
    leader.post("/experiments/new", {**ANSWERS, **DESIGNS[design]})

    page = leader.get(PLAN).content.decode()

    assert words in page
    assert ("each customer" in page) == (design == "customer")


def test_a_plan_that_ended_is_refused_by_the_check_the_page_and_the_start(leader: Client) -> None:
    leader.post("/experiments/new", ANSWERS)
    measured = answers(leader.get(PLAN).context["measure"])
    page = leader.post(PLAN, {**measured, "planned_end": "1999-01-01"})
    source = page.context["source"]

    checked = leader.post(f"{PLAN}/check", {"source": source}).content.decode()
    leader.post(PLAN, {"action": "save", "source": source, "edition": "1"})
    shown = leader.get("/experiments/care_over_clock").content.decode()
    for move in ("submit", "start"):
        leader.post("/experiments/care_over_clock/move", {"move": move})

    for text in (page.content.decode(), checked, shown):
        assert "1999-01-01&quot;: must be after the day of the start" in text
        assert "This plan can be locked" not in text
    assert Experiment.objects.get(key="care_over_clock").status == "review"


def test_a_plan_without_an_end_is_warned_of(leader: Client) -> None:
    leader.post("/experiments/new", ANSWERS)
    page = leader.post(PLAN, {**answers(leader.get(PLAN).context["measure"]), "planned_end": ""})
    ended = leader.post(PLAN, answers(leader.get(PLAN).context["measure"]))

    leader.post(PLAN, {"action": "save", "source": page.context["source"], "edition": "1"})
    shown = leader.get("/experiments/care_over_clock").content.decode()

    assert "every report is final" in page.content.decode()
    assert "every report is final" in shown
    assert "every report is final" not in ended.content.decode()


@pytest.mark.parametrize(
    ("given", "wrong", "field"),
    [
        ("unit: 'customer'", "unit: 'contact'", "plan.unit"),
        ("'clock': 5000, 'care': 5000", "'clock': 4000, 'care': 6000", "plan.weights"),
        ("control: 'clock'", "control: 'care'", "plan.control"),
        ("key: 'care_over_clock'", "key: 'other'", "plan.key"),
    ],
)
def test_the_check_and_the_save_of_a_plan_say_the_same(
    leader: Client, given: str, wrong: str, field: str
) -> None:
    leader.post("/experiments/new", ANSWERS)
    page = leader.post(PLAN, answers(leader.get(PLAN).context["measure"]))
    source = page.context["source"].replace(given, wrong)

    checked = leader.post(f"{PLAN}/check", {"source": source}).content.decode()
    saved = leader.post(PLAN, {"action": "save", "source": source, "edition": "1"})

    for text in (checked, saved.content.decode()):
        assert field in text
        assert "This plan cannot be saved yet" in text
        assert "This plan can be locked" not in text
    assert source in saved.context["source"]
    assert Experiment.objects.get().plan_source == ""


def test_a_plan_that_somebody_typed_is_not_written_over_unasked(leader: Client) -> None:
    leader.post("/experiments/new", ANSWERS)
    given = {**answers(leader.get(PLAN).context["measure"]), "window": "60"}
    typed = {**given, "source": "# my own thoughts\r\nkey: care_over_clock"}

    asked = leader.post(PLAN, typed)
    done = leader.post(PLAN, {**typed, "action": "replace"})

    assert "Write over what was typed" in asked.content.decode()
    assert "# my own thoughts" in asked.context["source"]
    assert asked.context["measure"]["window"].value() == "60"
    assert "window: 60" in done.context["source"]
    assert "thoughts" not in done.context["source"]


def test_what_was_written_or_saved_is_written_anew_without_a_question(leader: Client) -> None:
    leader.post("/experiments/new", ANSWERS)
    given = answers(leader.get(PLAN).context["measure"])
    first = leader.post(PLAN, given)
    shown = {name: first.context[name] for name in ("source", "written")}
    shown["source"] = shown["source"].replace("\n", "\r\n")  # as browsers send it

    second = leader.post(PLAN, {**given, **shown, "window": "60"})
    leader.post(PLAN, {**given, **shown, "action": "save", "edition": "1"})
    third = leader.post(PLAN, {**given, "source": shown["source"], "window": "30"})

    assert "window: 60" in second.context["source"]
    assert "window: 30" in third.context["source"]


def test_a_refused_plan_keeps_the_answers_and_a_refused_answer_the_plan(leader: Client) -> None:
    leader.post("/experiments/new", ANSWERS)
    given = {**answers(leader.get(PLAN).context["measure"]), "source": "key: half", "window": "60"}

    unsaved = leader.post(PLAN, {**given, "action": "save", "edition": "1"})
    unwritten = leader.post(PLAN, {**given, "window": "0"})

    assert unsaved.context["measure"]["window"].value() == "60"
    assert unsaved.context["measure"].errors == {}
    assert unwritten.context["source"] == "key: half"
    assert unwritten.context["measure"].errors["window"]
