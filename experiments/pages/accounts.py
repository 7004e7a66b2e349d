"""Signing in and out."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class SignInForm(AuthenticationForm):
    """Name and password, with labels a person expects."""

    def __init__(self, request: HttpRequest | None = None, *args: object, **kwargs: object) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "User name"
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class SignIn(LoginView):
    """The first page that anybody sees."""

    template_name = "experiments/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


def administration(request: HttpRequest) -> HttpResponse:
    """Lead to the one sign-in there is; tell who is signed in without the right so."""
    if request.user.is_authenticated and not request.user.is_staff:
        message = "Your role does not open the administration."
        raise PermissionDenied(message)
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


class SignOut(LogoutView):
    """Ends the session; the page after it is the sign-in."""
