"""Every address the service answers, in one list."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import health
from experiments.pages import accounts

admin.site.site_header = admin.site.site_title = "Equipoise administration"
admin.site.index_title = "What is stored"


def no_icon(_request: HttpRequest) -> HttpResponse:
    """Answer the browser's habit of asking for an icon."""
    return HttpResponse(status=204)


urlpatterns = [
    path("", include("experiments.pages.urls")),
    path("", include("impact.pages.urls")),
    path("api/v1/", include("experiments.api.urls")),
    path("api/v1/", include("impact.api.urls")),
    path("ofrep/v1/", include("experiments.ofrep.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("admin/login/", accounts.administration),
    path("admin/", admin.site.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", ExportToDjangoView),
    path("favicon.ico", no_icon),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
