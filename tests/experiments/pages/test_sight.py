"""What a test can see, asked on the page before the start."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions
from experiments.design.demands import Unreachable
from experiments.design.prospect import Moment
from experiments.models import Experiment
from experiments.pages.sight_chart import draw
from experiments.pages.sight_form import SightForm, questions
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from tests.experiments.api.test_design import GUARDRAILS
from tests.experiments.design.test_prospect import RESOLVED
from tests.experiments.design.test_units import ABANDONED, CHURN, PLAN, QUALITY, REVENUE
from tests.experiments.designs import NOW, draft, plan

SIGHT = "/experiments/longer_calls/sight"
CUSTOMERS = "customer time_to_event churn"
ANSWERS = {
    "shape": CUSTOMERS,
    "per_day": "1000",
    "monthly_churn": "0.9",
    "monthly_loss": "0",
    "smallest_change": "7",
    "adherence": "70",
    "changes_handle_time": "on",
}


@pytest.fixture
def experiment(db: None) -> Experiment:  # noqa: ARG001  # asks for a database
    return definitions.create(draft(), actor="leader", now=NOW)


def planned(measure: str, unit: str = "customer") -> Plan:
    return read_plan(PLAN.format(unit=unit, measure=measure))


def answered(browser: Client, **changes: str) -> str:
    return browser.post(SIGHT, {**ANSWERS, **changes}).content.decode()


@pytest.mark.usefixtures("experiment")
@pytest.mark.parametrize("page", ["/experiments/longer_calls", "/experiments/longer_calls/plan"])
def test_before_the_start_the_pages_say_what_the_test_can_see(leader: Client, page: str) -> None:
    shown = leader.get(page).content.decode()

    assert "What this test can see" in shown
    assert "It takes 420 days and 210,000 customers" in shown
    assert "<polyline" in shown
    assert "all variants share the queue" in shown


@pytest.mark.usefixtures("experiment")
def test_the_answer_follows_the_answers(leader: Client) -> None:
    assert "It takes 296 days and 296,000 customers" in answered(leader)
    assert "It takes 205 days and 205,000 customers" in answered(leader, adherence="100")
    assert "from 0.9% to 0.837% a month" in answered(leader)
    assert "too few, however long it runs" in answered(leader, population="900")
    assert "all variants share the queue" not in answered(leader, changes_handle_time="")


@pytest.mark.usefixtures("experiment")
def test_the_answer_follows_the_text_of_the_plan(leader: Client) -> None:
    source = plan().replace("kind: time_to_event, source: churn, horizon: 180", ABANDONED)

    shown = answered(leader, source=source)

    assert "Not identified by this unit: no size helps." in shown
    assert "<polyline" not in shown
    assert 'name="variation"' in shown
    assert 'hx-swap-oob="true"' in shown


@pytest.mark.usefixtures("experiment")
def test_guardrails_say_what_they_rule_out_and_ask_what_they_need(leader: Client) -> None:
    shown = answered(leader, source=plan() + GUARDRAILS)

    assert "What the guardrails rule out" in shown
    assert "ruled out after 63 days" in shown
    assert 'name="baseline"' in shown
    assert 'name="variation"' in shown
    assert "What the guardrails rule out" not in answered(leader)


@pytest.mark.usefixtures("experiment")
def test_questions_that_stay_the_same_are_left_alone(leader: Client) -> None:
    assert "hx-swap-oob" not in answered(leader)


@pytest.mark.usefixtures("experiment")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"per_day": ""}, "New customers a day</strong>: This field is required."),
        ({"per_day": "many"}, "Enter a number."),
        ({"adherence": "0"}, "Handled as assigned, %"),
        ({"monthly_churn": "nan"}, "Who leave in a month, %"),
        ({"source": "key: ["}, "shows here as soon as the plan can be locked"),
        ({"source": ""}, "shows here as soon as the plan can be locked"),
    ],
)
def test_what_cannot_be_answered_is_said(
    leader: Client, changes: dict[str, str], words: str
) -> None:
    assert words in answered(leader, **changes)


def test_coverage_of_nothing_sees_nothing(leader: Client, experiment: Experiment) -> None:
    definitions.edit(experiment.key, draft(coverage=0), edition=1, actor="leader", now=NOW)

    assert "coverage = 0: must be a finite number above 0" in answered(leader)


def test_coverage_is_told(leader: Client, experiment: Experiment) -> None:
    definitions.edit(experiment.key, draft(coverage=5000), edition=1, actor="leader", now=NOW)

    assert "Of the new customers 50% take part" in answered(leader)


def test_an_end_too_early_is_told(leader: Client, experiment: Experiment) -> None:
    source = plan() + "looks: {planned_end: 2099-01-01}\n"

    assert "too early to see it" not in answered(leader, source=source)
    soon = plan() + f"looks: {{planned_end: {timezone.now().date() + timedelta(days=90)}}}\n"
    assert "the plan ends after" in answered(leader, source=soon)
    assert experiment.status == "draft"


def test_a_colleague_who_reads_may_ask_and_a_stranger_may_not(
    reviewer: Client, experiment: Experiment
) -> None:
    assert "It takes 296 days" in answered(reviewer)
    assert Client().post(SIGHT, ANSWERS).status_code == 302
    assert reviewer.get(SIGHT).status_code == 405
    assert experiment.key == "longer_calls"


def test_once_it_runs_the_question_is_over(leader: Client, experiment: Experiment) -> None:
    definitions.submit(experiment.key, actor="leader", now=NOW)
    in_review = leader.get("/experiments/longer_calls").content.decode()
    definitions.start(experiment.key, actor="leader", now=NOW)
    running = leader.get("/experiments/longer_calls").content.decode()

    assert "What this test can see" in in_review
    assert "What this test can see" not in running


def test_only_the_questions_that_matter_are_asked() -> None:
    always = {"population", "smallest_change", "adherence", "changes_handle_time"}

    assert questions(planned(CHURN)) - always == {"per_day", "monthly_churn", "monthly_loss"}
    assert questions(planned(RESOLVED)) - always == {"per_day", "baseline"}
    assert questions(planned(REVENUE)) - always == {"per_day", "variation"}
    assert questions(planned(QUALITY, "agent")) - always == {"variation", "cluster_size", "icc"}


def test_agents_are_all_there_from_the_first_day() -> None:
    form = SightForm(planned(QUALITY, "agent"), None)

    assert form.is_valid()
    assert (form.expectation().per_day, form.expectation().population) == (60, 60)
    assert form.expectation().icc == 0.05


def test_the_curve_leaves_out_what_has_no_number() -> None:
    moments = (
        Moment(day=1, units=1, change=Unreachable(reason="Too few.")),
        Moment(day=90, units=90, change=0.2),
        Moment(day=180, units=180, change=0.1),
    )

    chart = draw(moments, last=180, wanted=0.07, needed=400)

    assert len(chart.points.split()) == 2
    assert chart.needed is None
    assert [mark.label for mark in chart.days] == ["0", "30", "60", "90", "120", "150", "180"]
