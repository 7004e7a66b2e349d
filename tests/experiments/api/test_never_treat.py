"""The list of the never treated: what it does, who changes it, and what it keeps."""

from typing import Any

import pytest

from experiments import definitions
from experiments.models import Change, NeverTreated
from tests.experiments.api.program import WHO, customer_of, one, rows
from tests.experiments.api.test_experiments import with_key
from tests.experiments.designs import running
from tests.experiments.pages.conftest import signed_in

pytestmark = pytest.mark.django_db

LIST = "/api/v1/never-treat"


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
    assert (before.enrolled, after.enrolled, after.reason) == (True, False, "never_treat")
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

    assert definitions.treat_again([customer], **WHO) == (1, 1, 1)
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


def test_the_browser_is_told_how_many_were_taken_off() -> None:
    leader = signed_in("cx_leader")
    leader.post("/never-treat", {"customer_ids": "a\nb", "reason": "complaint open"})

    nobody = leader.post("/never-treat", {"customer_ids": "z", "take_off": "1"}, follow=True)
    one_of_two = leader.post("/never-treat", {"customer_ids": "a\nz", "take_off": "1"}, follow=True)

    assert "0 of 1 taken off: 2 customers are on the list." in nobody.content.decode()
    assert "1 of 2 taken off: 1 customers are on the list." in one_of_two.content.decode()


def test_reviewers_do_not_change_the_list() -> None:
    answer = signed_in("finance_reviewer").post(
        "/never-treat", {"customer_ids": "a", "reason": "x"}
    )

    assert answer.status_code == 403
    assert not NeverTreated.objects.exists()
