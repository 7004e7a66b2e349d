"""What is said of a unit before the start."""

import pytest

from experiments.design.findings import Finding, Level, Setting, setting_of
from experiments.design.units import IDENTIFIES, MONEY, findings, not_identified
from experiments.plan.document import Metric, Unit
from experiments.plan.reading import read_plan

PLAN = """
key: care_over_clock
unit: {unit}
control: clock
weights: {{clock: 5000, care: 5000}}
metrics:
  - {{key: main, role: primary, {measure}}}
"""
CHURN = "kind: time_to_event, source: churn, horizon: 90"
REVENUE = "kind: mean, source: revenue.amount, window: 90"
ABANDONED = "kind: mean, source: contacts.abandoned, window: 30"
HANDLE_TIME = (
    "kind: ratio, source: contacts.handle_seconds, denominator: contacts.handled, window: 30"
)
SATISFACTION = "kind: mean, source: surveys.csat, window: 30"
QUALITY = "kind: mean, source: observations.quality"


def metrics(unit: Unit, measure: str) -> tuple[Metric, ...]:
    return read_plan(PLAN.format(unit=unit, measure=measure)).metrics


def said(unit: Unit, measure: str, **known: bool | float) -> tuple[Finding, ...]:
    setting = Setting(unit=unit, metrics=metrics(unit, measure), **known)  # type: ignore[arg-type]
    return findings(setting)


def warnings(found: tuple[Finding, ...]) -> list[str]:
    return [finding.subject for finding in found if finding.level is Level.WARNING]


def notes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.subject for finding in found if finding.level is Level.NOTE]


def test_churn_of_customers_is_identified_but_the_waiting_of_all_is_not() -> None:
    found = said(Unit.CUSTOMER, CHURN)

    assert warnings(found) == []
    assert notes(found) == ["customer", "waiting", "agents"]


@pytest.mark.parametrize("unit", [Unit.CUSTOMER, Unit.CONTACT, Unit.AGENT, Unit.TEAM])
def test_waiting_in_a_shared_queue_is_not_identified(unit: Unit) -> None:
    found = said(unit, ABANDONED)

    assert "main" in warnings(found)
    sentence = next(finding.sentence for finding in found if finding.subject == "main")
    assert "not identified" in sentence
    assert "1%" in sentence


def test_a_guardrail_on_waiting_is_called_useless() -> None:
    plan = PLAN.format(unit="customer", measure=CHURN) + (
        "  - {key: wait, role: guardrail, margin: 5, kind: mean, window: 30,"
        " source: contacts.wait_seconds}\n"
    )
    found = findings(Setting(unit=Unit.CUSTOMER, metrics=read_plan(plan).metrics))

    assert warnings(found) == ["wait"]
    assert "would look safe whatever happens" in found[0].sentence


def test_a_policy_that_leaves_handle_time_alone_leaves_waiting_alone() -> None:
    found = said(Unit.CUSTOMER, ABANDONED, changes_handle_time=False)

    assert warnings(found) == []
    assert "waiting" not in notes(found)


def test_a_queue_bears_its_own_waiting_but_queues_are_few() -> None:
    found = said(Unit.QUEUE, ABANDONED)

    assert warnings(found) == ["queue"]
    assert notes(found) == ["queue"]


@pytest.mark.parametrize("measure", [CHURN, REVENUE])
def test_what_lasts_cannot_be_attributed_to_contacts(measure: str) -> None:
    assert "main" in warnings(said(Unit.CONTACT, measure))
    assert "main" not in warnings(said(Unit.CUSTOMER, measure))


def test_what_lasts_cannot_be_attributed_to_agents() -> None:
    setting = Setting(unit=Unit.AGENT, metrics=metrics(Unit.CUSTOMER, CHURN))

    assert "main" in warnings(findings(setting))


@pytest.mark.parametrize("unit", [Unit.AGENT, Unit.TEAM])
def test_few_agents_are_too_few(unit: Unit) -> None:
    assert warnings(said(unit, QUALITY, clusters=29)) == [unit.value]
    assert warnings(said(unit, QUALITY, clusters=30)) == []
    assert unit.value in notes(said(unit, QUALITY))
    assert "routing" in notes(said(unit, QUALITY))


def test_averages_over_contacts_and_answers_to_surveys_are_noted() -> None:
    assert "main" in notes(said(Unit.CUSTOMER, HANDLE_TIME))
    assert "main" not in notes(said(Unit.CONTACT, HANDLE_TIME))
    assert "main" in notes(said(Unit.CUSTOMER, SATISFACTION))


def test_every_unit_is_spoken_of_in_whole_sentences() -> None:
    assert set(IDENTIFIES) == set(Unit)
    for unit in Unit:
        for finding in findings(Setting(unit=unit, metrics=metrics(Unit.CUSTOMER, ABANDONED))):
            assert finding.sentence.endswith(".")
            assert "  " not in finding.sentence


def test_only_what_no_size_would_show_is_not_identified() -> None:
    waiting = Setting(unit=Unit.CUSTOMER, metrics=metrics(Unit.CUSTOMER, ABANDONED))
    few = Setting(unit=Unit.AGENT, metrics=metrics(Unit.AGENT, QUALITY), clusters=12)
    money = Setting(unit=Unit.CONTACT, metrics=metrics(Unit.CONTACT, QUALITY), money=True)

    assert set(not_identified(waiting)) == {"main"}
    assert not_identified(few) == {}
    assert set(not_identified(money)) == {MONEY}


def test_a_plan_that_rules_out_shared_queues_identifies_waiting() -> None:
    plan = read_plan(PLAN.format(unit="customer", measure=ABANDONED) + "shared_queue: false")

    assert not_identified(setting_of(plan)) == {}


SWITCHBACK = "switchback: {window: window_id}"


@pytest.mark.parametrize("measure", [CHURN, REVENUE])
def test_a_switchback_cannot_see_what_takes_longer_than_a_window(measure: str) -> None:
    plan = read_plan(PLAN.format(unit="contact", measure=measure) + SWITCHBACK)

    (finding,) = not_identified(setting_of(plan)).values()

    assert "over long before anybody leaves" in finding.sentence
    assert finding.reason == "customers meet several variants when windows of time alternate"


def test_a_switchback_sees_the_waiting_of_all() -> None:
    plan = read_plan(PLAN.format(unit="contact", measure=ABANDONED) + SWITCHBACK)

    found = findings(setting_of(plan))

    assert warnings(found) == []
    assert notes(found) == ["switchback", "agents"]
