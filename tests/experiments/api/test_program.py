"""What holds for all experiments: the never treated, the holdout that is followed, requirements."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions, exposures, registry
from experiments.access import issue_key
from experiments.answers.answer import Answer
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.definitions import VariantDraft
from experiments.errors import InvalidDefinition
from experiments.exposures import Contact, ExposureRow
from experiments.models import Change, NeverTreated
from tests.experiments.api.test_experiments import with_key
from tests.experiments.designs import NOW, draft, plan, running
from tests.experiments.pages.conftest import signed_in

pytestmark = pytest.mark.django_db
LIST = "/api/v1/never-treat"
WHO: dict[str, Any] = {"actor": "leader", "now": NOW}
HELD = (
    VariantDraft(key="held_out", weight=1000, is_control=True),
    VariantDraft(key="program", weight=9000),
)
HOLDOUT: dict[str, Any] = {
    "key": "care_program",
    "is_holdout": True,
    "variants": HELD,
    "plan_source": plan("care_program")
    .replace("target_300s: 5000, take_time: 5000", "held_out: 1000, program: 9000")
    .replace("control: target_300s", "control: held_out"),
}
CUSTOMERS = [f"{number:04}" for number in range(300)]


def ask(customer: str, *experiments: str, contact: str | None = None, **units: str) -> list[Answer]:
    registry.snapshot.expire()
    question = Question(
        contact=Contact(customer_id=customer, contact_id=contact),
        units={"customer": customer, **units},
        experiments=experiments or None,
    )
    return answer(question, now=NOW, until=float("inf"))


def one(customer: str, experiment: str = "longer_calls", **more: str) -> Answer:
    (given,) = ask(customer, experiment, **more)
    return given


def rows(experiment: str = "longer_calls") -> list[ExposureRow]:
    return list(exposures.log(experiment, until=timezone.now()))


def customer_of(variant: str, experiment: str = "longer_calls") -> str:
    compiled = registry.current(timezone.now()).experiments[experiment]
    return next(each for each in CUSTOMERS if compiled.decide(each).assigned_variant == variant)


def test_the_never_treated_are_served_control_and_not_counted() -> None:
    running()
    customer = customer_of("take_time")

    definitions.never_treat([customer], reason="vulnerable", **WHO)
    given = one(customer, contact="c-1")

    assert (given.variant, given.enrolled, given.source) == ("target_300s", False, "service")
    assert given.reason == "never_treat"
    (row,) = rows()
    assert (row.assigned_variant, row.eligible) == ("target_300s", False)


def test_whoever_is_put_on_the_list_is_not_treated_any_more() -> None:
    running()
    customer = customer_of("take_time")
    before = one(customer)

    definitions.never_treat([f" {customer} "], reason="bereaved", **WHO)
    after = one(customer)

    assert (before.variant, after.variant) == ("take_time", "target_300s")
    assert [row.served_variant for row in rows()] == ["take_time"]  # nothing is rewritten


def test_a_forced_variant_does_not_reach_the_never_treated() -> None:
    running()
    definitions.force("longer_calls", unit_id="0012", variant="take_time", **WHO)
    definitions.never_treat(["0012"], reason="vulnerable", **WHO)

    assert one("0012").variant == "target_300s"


def test_whoever_is_taken_off_is_treated_again() -> None:
    running()
    customer = customer_of("take_time")
    definitions.never_treat([customer, "x"], reason="vulnerable", **WHO)

    assert definitions.treat_again([customer], **WHO) == 1
    assert one(customer).variant == "take_time"


def test_the_list_keeps_no_id() -> None:
    definitions.never_treat(["customer-0012"], reason="vulnerable", **WHO)

    (row,) = NeverTreated.objects.values()
    assert "0012" not in str(row)
    assert "0012" not in str(list(Change.objects.values()))


def test_the_list_is_changed_over_http() -> None:
    running()
    writer = with_key("define")

    put = writer.put(LIST, {"customer_ids": ["a", "b", "a"], "reason": "vulnerable"}, format="json")
    listed = writer.get(LIST)
    taken = writer.put(LIST, {"customer_ids": ["a"], "reason": None}, format="json")

    assert put.data == {"listed": 2}
    assert [each["reason"] for each in listed.data["results"]] == ["vulnerable"] * 2
    assert taken.data == {"listed": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"customer_ids": [], "reason": "x"}, 400),
        ({"customer_ids": ["a"], "reason": ""}, 400),
        ({"customer_ids": ["a"]}, 400),
        ({"customer_ids": [12], "reason": "x"}, 400),
        ({"customer_ids": ["\x00"], "reason": "x"}, 400),
    ],
)
def test_a_list_that_cannot_be_is_refused(body: dict[str, Any], status: int) -> None:
    assert with_key("define").put(LIST, body, format="json").status_code == status
    assert not NeverTreated.objects.exists()


def test_the_list_is_changed_in_the_browser() -> None:
    leader = signed_in("cx_leader")
    leader.post("/never-treat", {"customer_ids": "a\n b \n\nc", "reason": "complaint open"})
    leader.post("/never-treat", {"customer_ids": "b", "take_off": "1"})
    page = leader.get("/never-treat").content.decode()

    assert "2 customers are served control in every experiment" in page
    assert "complaint open" in page
    assert NeverTreated.objects.filter(changed_by="some.cx_leader").count() == 3


def test_reviewers_do_not_change_the_list() -> None:
    answer = signed_in("finance_reviewer").post(
        "/never-treat", {"customer_ids": "a", "reason": "x"}
    )

    assert answer.status_code == 403
    assert not NeverTreated.objects.exists()


def test_no_experiment_touches_the_held_out() -> None:
    running(**HOLDOUT)
    running()
    held = customer_of("held_out", "care_program")
    others = customer_of("program", "care_program")

    kept_out, taking_part = one(held, contact="c-1"), one(others, contact="c-2")

    assert (kept_out.variant, kept_out.enrolled, kept_out.reason) == (
        *("target_300s", False),
        "holdout",
    )
    assert taking_part.enrolled
    assert {row.unit_id: row.eligible for row in rows()} == {held: False, others: True}


def test_held_out_or_not_everybody_is_followed_from_the_first_contact() -> None:
    running(**HOLDOUT)
    running()
    for customer in CUSTOMERS[:40]:
        one(customer, contact=f"c-{customer}")
        one(customer, contact=f"d-{customer}")

    followed = rows("care_program")

    assert [row.unit_id for row in followed] == CUSTOMERS[:40]
    assert all(row.eligible and row.contact_id is None for row in followed)
    compiled = registry.current(timezone.now()).experiments["care_program"]
    arms = {row.unit_id: row.assigned_variant for row in followed}
    assert arms == {each: compiled.decide(each).assigned_variant for each in arms}
    left_out = {row.unit_id for row in rows() if not row.eligible}
    assert left_out == {unit for unit, arm in arms.items() if arm == "held_out"}


def test_the_holdout_is_told_to_those_alone_who_ask_for_it() -> None:
    running(**HOLDOUT)
    running()
    customer = customer_of("program", "care_program")

    assert [each.experiment for each in ask(customer)] == ["longer_calls"]
    assert one(customer, "care_program", contact="c-1").variant == "program"
    (row,) = rows("care_program")
    assert row.contact_id is None


def test_a_holdout_that_ended_keeps_nobody_out() -> None:
    running(**HOLDOUT)
    running()
    held = customer_of("held_out", "care_program")

    definitions.conclude("care_program", **WHO)

    assert one(held).enrolled


def test_a_customer_who_is_kept_out_says_nothing_of_an_agent() -> None:
    running(unit="agent", plan_source=plan(unit="agent"))
    definitions.never_treat(["0012"], reason="vulnerable", **WHO)

    kept_out = one("0012", agent="a-7")
    contact = one("0012", contact="c-1", agent="a-7")
    other = one("0013", agent="a-7")

    assert (kept_out.reason, contact.reason) == ("never_treat", "never_treat")
    assert other.enrolled
    assert [(row.contact_id, row.eligible) for row in rows()] == [("c-1", False), (None, True)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"coverage": 5000}, "coverage"),
        ({"targeting": {"attribute": "tier", "equals": "pro"}}, "targeting"),
        ({"requires": ({"experiment": "longer_calls"},)}, "requires"),
    ],
)
def test_a_holdout_splits_all_customers(changes: dict[str, Any], field: str) -> None:
    definitions.create(draft(), **WHO)

    with pytest.raises(InvalidDefinition) as refused:
        definitions.check(draft(**{**HOLDOUT, **changes}))

    assert field in [each.field for each in refused.value.violations]


def test_the_program_has_one_holdout() -> None:
    running(**HOLDOUT)

    with pytest.raises(InvalidDefinition, match="the program has one holdout"):
        running(
            **{
                **HOLDOUT,
                "key": "another",
                "plan_source": HOLDOUT["plan_source"].replace("care_program", "another"),
            }
        )


def test_units_take_part_that_another_experiment_assigned_as_required() -> None:
    running("first")
    running(requires=({"experiment": "first", "variants": ["take_time"]},))
    compiled = registry.current(timezone.now()).experiments["first"]

    told = {each: one(each) for each in CUSTOMERS[:60]}

    for customer, given in told.items():
        required = compiled.decide(customer).assigned_variant == "take_time"
        assert given.enrolled is required
        assert required or given.reason == "prerequisite"
    assert {given.variant for given in told.values() if given.enrolled} == {
        "target_300s",
        "take_time",
    }


def test_what_is_required_still_counts_after_a_kill_and_its_end() -> None:
    running("first", coverage=5000)
    running(requires=({"experiment": "first"},))
    before = [one(each).enrolled for each in CUSTOMERS[:40]]

    definitions.kill("first", **WHO)
    killed = [one(f"{each}", contact=f"k-{each}").enrolled for each in CUSTOMERS[:40]]
    definitions.conclude("first", **WHO)
    ended = [one(f"{each}", contact=f"e-{each}").enrolled for each in CUSTOMERS[:40]]

    assert before == killed == ended
    assert 5 < sum(before) < 35


@pytest.mark.parametrize(
    ("requires", "field"),
    [
        ([{"experiment": "nowhere"}], "requires[0].experiment"),
        ([{"experiment": "longer_calls"}], "requires[0].experiment"),
        ([{"experiment": "first", "variants": ["other"]}], "requires[0].variants"),
        ([{"experiment": "first", "variants": "take_time"}], "requires[0]"),
        ([{"key": "first"}], "requires[0]"),
        ([{"experiment": "by_agent"}], "requires[0].experiment"),
    ],
)
def test_a_requirement_that_cannot_be_is_refused(
    requires: list[dict[str, Any]], field: str
) -> None:
    definitions.create(draft("first"), **WHO)
    definitions.create(draft("by_agent", unit="agent"), **WHO)

    with pytest.raises(InvalidDefinition) as refused:
        definitions.create(draft(requires=requires), **WHO)

    assert [each.field for each in refused.value.violations] == [field]


def test_two_experiments_do_not_require_each_other() -> None:
    first = definitions.create(draft("first"), **WHO)
    definitions.create(draft(requires=({"experiment": "first"},)), **WHO)
    closing = draft("first", requires=({"experiment": "longer_calls"},))

    with pytest.raises(InvalidDefinition, match="must not require itself"):
        definitions.edit("first", closing, edition=first.edition, **WHO)


def test_what_is_required_was_started_before() -> None:
    definitions.create(draft("first"), **WHO)

    with pytest.raises(InvalidDefinition, match="must be running, paused or concluded"):
        running(requires=({"experiment": "first"},))


def test_requirements_come_and_go_over_http() -> None:
    definitions.create(draft("first"), **WHO)
    body = {
        "key": "longer_calls",
        "title": "Take the time it needs",
        "requires": [{"experiment": "first", "variants": ["take_time"]}],
        "variants": [
            {"key": "target_300s", "weight": 5000, "is_control": True},
            {"key": "take_time", "weight": 5000},
        ],
    }

    made = with_key("define").post("/api/v1/experiments", body, format="json")

    assert made.status_code == 201, made.data
    assert made.data["requires"] == body["requires"]
    assert made.data["is_holdout"] is False


def test_the_rule_set_carries_the_program_and_decides_alike() -> None:
    running(**HOLDOUT)
    running()
    definitions.never_treat(["0012"], reason="vulnerable", **WHO)
    _, secret = issue_key(name="client", scopes=["assign"], now=NOW)
    registry.snapshot.forget()

    document = Client().get("/api/v1/ruleset", headers={"X-API-Key": secret}).json()

    (published,) = (each for each in document["experiments"] if each["key"] == "longer_calls")
    assert published["program"]["holdout"]["end"] == 1000
    assert len(published["program"]["never_treat"]["digests"]) == 1
    assert "0012" not in str(published["program"]["never_treat"])
