"""People who open pages."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from experiments.access import ensure_roles


def signed_in(role: str) -> Client:
    """Return a browser in which somebody of that role is signed in."""
    ensure_roles()
    user = get_user_model().objects.create_user(username=f"some.{role}", password="a long pass")  # noqa: S106
    user.groups.add(Group.objects.get(name=role))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def leader(db: None) -> Client:  # noqa: ARG001  # asks for a database
    return signed_in("cx_leader")


@pytest.fixture
def reviewer(db: None) -> Client:  # noqa: ARG001  # asks for a database
    return signed_in("finance_reviewer")
