"""Ready-made sign-ins, one per role, and the API key of the simulated router."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group

from experiments.access import SCOPES, issue_key
from impact.management.demo.notes import Notes, new_password

LEADER = "leader"
SIGN_INS = {LEADER: "cx_leader", "finance": "finance_reviewer", "admin": "administrator"}
ROUTER = "demo router"


def ensure_people(notes: Notes, now: datetime) -> None:
    """Create people and key where they are missing, and note what opens them."""
    for name, role in SIGN_INS.items():
        if name not in notes.passwords:
            notes.passwords[name] = _create(name, role)
    if not notes.api_key:
        _, notes.api_key = issue_key(name=ROUTER, scopes=SCOPES, now=now)


def person(name: str) -> AbstractBaseUser:
    """Return the user of that name."""
    return get_user_model().objects.get(username=name)


def _create(name: str, role: str) -> str:
    password = new_password()
    administers = role == "administrator"
    user, _ = get_user_model().objects.get_or_create(username=name)
    user.set_password(password)
    user.is_staff = user.is_superuser = administers
    user.save()
    user.groups.set([Group.objects.get(name=role)])
    return password
