"""Who may open a page, said once: signed in, and with a role that allows it."""

from collections.abc import Callable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def viewer(view: View) -> View:
    """Open the page to everybody whose role reads experiments."""
    return login_required(permission_required("experiments.view", raise_exception=True)(view))


def editor(view: View) -> View:
    """Open the page to everybody whose role changes experiments."""
    return login_required(permission_required("experiments.edit", raise_exception=True)(view))


def name_of(request: HttpRequest) -> str:
    """Return the name that history records for this person."""
    return request.user.get_username()


def person(request: HttpRequest) -> AbstractBaseUser | None:
    """Return who is signed in."""
    return request.user if isinstance(request.user, AbstractBaseUser) else None
