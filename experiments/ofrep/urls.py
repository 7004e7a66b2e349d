"""Addresses of OFREP, without a trailing slash. A key may hold a slash: it is then unknown."""

from django.urls import path

from experiments.answers.exchange import view
from experiments.ofrep.bulk import bulk
from experiments.ofrep.single import single

urlpatterns = [
    path("evaluate/flags", view(bulk), name="ofrep-bulk"),
    path("evaluate/flags/<path:key>", view(single), name="ofrep-single"),
]
