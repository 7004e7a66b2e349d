"""Who may open a page of impact, said once: signed in, and with a role that allows it."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def reader(view: View) -> View:
    """Open the page to everybody whose role reads reports."""
    return login_required(permission_required("impact.view_report", raise_exception=True)(view))


def requester(view: View) -> View:
    """Open the page to everybody whose role asks for analyses."""
    return login_required(permission_required("impact.request_run", raise_exception=True)(view))


def sender(view: View) -> View:
    """Open the page to everybody whose role sends data."""
    return login_required(permission_required("impact.send_data", raise_exception=True)(view))
