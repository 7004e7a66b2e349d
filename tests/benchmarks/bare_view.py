"""The least that Django can do: a view without middleware or database, to measure ours against."""

import msgspec
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"])


def bare(request: HttpRequest) -> HttpResponse:
    """Answer a constant to a JSON body."""
    asked = msgspec.json.decode(request.body)
    answer = msgspec.json.encode({"variant": "take_time", "asked": asked["customer_id"]})
    return HttpResponse(answer, content_type="application/json")


urlpatterns = [path("bare", bare)]
application = get_wsgi_application()
