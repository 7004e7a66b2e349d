"""Units that are forced, in the browser."""

import pytest
from django.test import Client

from experiments.models import ForcedAssignment
from tests.experiments.designs import running

pytestmark = pytest.mark.django_db
PAGE = "/experiments/longer_calls/forced"


def test_a_unit_is_forced_and_left_to_its_hash_again(leader: Client) -> None:
    running()

    leader.post(PAGE, {"unit_id": " 0012 ", "variant": "take_time"})
    page = leader.get(PAGE).content.decode()
    forced = ForcedAssignment.objects.values_list("unit_id", "variant__key")
    assert list(forced) == [("0012", "take_time")]
    assert "<td>0012</td>" in page

    leader.post(PAGE, {"unit_id": "0012", "variant": ""})
    assert not ForcedAssignment.objects.exists()


def test_an_id_that_cannot_be_is_refused_at_its_question(leader: Client) -> None:
    running()

    page = leader.post(PAGE, {"unit_id": "a\x07b", "variant": "take_time"})

    assert page.context["form"].errors["unit_id"] == ["must not hold control characters"]
    assert not ForcedAssignment.objects.exists()


def test_reviewers_force_nobody(reviewer: Client) -> None:
    running()

    assert reviewer.post(PAGE, {"unit_id": "1", "variant": "take_time"}).status_code == 403
    assert not ForcedAssignment.objects.exists()
