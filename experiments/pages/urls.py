"""Addresses of the pages about experiments."""

from django.urls import path

from experiments.pages import (
    accounts,
    audit,
    balance,
    defining,
    details,
    forcing,
    listing,
    never_treat,
    places,
    planning,
    schedule,
    sight,
    steering,
)

urlpatterns = [
    path("", listing.experiment_list, name="experiment-list"),
    path("never-treat", never_treat.never_treat_list, name="never-treat"),
    path("sign-in", accounts.SignIn.as_view(), name="sign-in"),
    path("sign-out", accounts.SignOut.as_view(), name="sign-out"),
    path("experiments/new", defining.new, name="experiment-new"),
    path("experiments/new/variant", defining.variant_row, name="experiment-variant-row"),
    path("experiments/new/condition", defining.condition_row, name="experiment-condition-row"),
    path("experiments/<slug:key>", details.experiment_detail, name="experiment-detail"),
    path("experiments/<slug:key>/counts", details.counts, name="experiment-counts"),
    path("experiments/<slug:key>/places", places.places, name="experiment-places"),
    path("experiments/<slug:key>/audit", audit.audit_page, name="experiment-audit"),
    path("experiments/<slug:key>/audit/answer", audit.audit_answer, name="experiment-audit-answer"),
    path("experiments/<slug:key>/move", steering.move, name="experiment-move"),
    path("experiments/<slug:key>/coverage", steering.coverage, name="experiment-coverage"),
    path("experiments/<slug:key>/weights", steering.weights, name="experiment-weights"),
    path("experiments/<slug:key>/forced", forcing.forced, name="experiment-forced"),
    path("experiments/<slug:key>/kill", steering.kill, name="experiment-kill"),
    path("experiments/<slug:key>/edit", defining.edit, name="experiment-edit"),
    path("experiments/<slug:key>/plan", planning.plan, name="experiment-plan"),
    path("experiments/<slug:key>/plan/check", planning.check, name="experiment-plan-check"),
    path("experiments/<slug:key>/balance", balance.balance, name="experiment-balance"),
    path("experiments/<slug:key>/schedule", schedule.schedule, name="experiment-schedule"),
    path("experiments/<slug:key>/sight", sight.sight, name="experiment-sight"),
]
