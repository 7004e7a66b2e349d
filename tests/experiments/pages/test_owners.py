"""Who an experiment belongs to, on its page."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from experiments.models import Experiment
from tests.experiments.designs import running


def test_the_page_of_an_experiment_that_a_program_made_names_no_owner(leader: Client) -> None:
    made = running()

    page = leader.get(f"/experiments/{made.key}").content.decode()

    assert "<dt>Owner</dt><dd>nobody</dd>" in page


@pytest.mark.parametrize(
    ("names", "shown"), [({}, "ada"), ({"first_name": "Ada", "last_name": "Byron"}, "Ada Byron")]
)
def test_the_page_names_the_owner(leader: Client, names: dict[str, str], shown: str) -> None:
    made = running()
    owner = get_user_model().objects.create_user("ada", **names)
    Experiment.objects.filter(pk=made.pk).update(owner=owner)

    page = leader.get(f"/experiments/{made.key}").content.decode()

    assert f"<dt>Owner</dt><dd>{shown}</dd>" in page
