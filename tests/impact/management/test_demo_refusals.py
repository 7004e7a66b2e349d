"""The demo refuses what would end in a mixture."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from impact.management.demo.notes import Notes


def test_too_few_customers_are_refused_by_value_and_rule() -> None:
    with pytest.raises(CommandError, match="--customers = 10: must be 1000 or more"):
        call_command("demo", "--no-serve", "--customers", "10")


@pytest.mark.django_db
def test_a_demo_that_was_begun_with_other_figures_is_not_mixed_with_this_one(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    Notes(customers=5000, seed=1).save(tmp_path)

    with pytest.raises(CommandError, match="a demo of 5000 customers with seed 1 was begun here"):
        call_command("demo", "--no-serve", "--customers", "2000")
