"""Addresses of OFREP, without a trailing slash. A key may hold a slash: it is then unknown."""

from django.urls import path

from experiments.ofrep.bulk import bulk
from experiments.ofrep.single import single

urlpatterns = [
    path("evaluate/flags", bulk, name="ofrep-bulk"),
    path("evaluate/flags/<path:key>", single, name="ofrep-single"),
]
