"""Addresses of the pages about experiments."""

from django.urls import path

from experiments.pages import accounts, defining, details, listing, planning, sight

urlpatterns = [
    path("", listing.experiment_list, name="experiment-list"),
    path("sign-in", accounts.SignIn.as_view(), name="sign-in"),
    path("sign-out", accounts.SignOut.as_view(), name="sign-out"),
    path("experiments/new", defining.new, name="experiment-new"),
    path("experiments/new/variant", defining.variant_row, name="experiment-variant-row"),
    path("experiments/new/condition", defining.condition_row, name="experiment-condition-row"),
    path("experiments/<slug:key>", details.experiment_detail, name="experiment-detail"),
    path("experiments/<slug:key>/counts", details.counts, name="experiment-counts"),
    path("experiments/<slug:key>/move", details.move, name="experiment-move"),
    path("experiments/<slug:key>/coverage", details.coverage, name="experiment-coverage"),
    path("experiments/<slug:key>/kill", details.kill, name="experiment-kill"),
    path("experiments/<slug:key>/edit", defining.edit, name="experiment-edit"),
    path("experiments/<slug:key>/plan", planning.plan, name="experiment-plan"),
    path("experiments/<slug:key>/plan/check", planning.check, name="experiment-plan-check"),
    path("experiments/<slug:key>/sight", sight.sight, name="experiment-sight"),
]
