"""Addresses of the HTTP API of experiments."""

from django.urls import URLPattern, path

from experiments.api import experiments, steering
from experiments.api.assign import assign
from experiments.api.assign_schema import AssignDocumentation
from experiments.api.balance import ExperimentBalance
from experiments.api.design import ExperimentDesign
from experiments.api.exposures import ExposureReports
from experiments.api.never_treat import NeverTreatList
from experiments.api.ruleset import ruleset
from experiments.api.ruleset_schema import RulesetDocumentation
from experiments.api.schedules import ExperimentSchedule

# Where drf-spectacular looks for what it knows of a view.
vars(assign).update(cls=AssignDocumentation, initkwargs={})
vars(ruleset).update(cls=RulesetDocumentation, initkwargs={})

urlpatterns: list[URLPattern] = [
    path("assign", assign, name="assign"),
    path("exposures", ExposureReports.as_view(), name="api-exposures"),
    path("ruleset", ruleset, name="api-ruleset"),
    path("never-treat", NeverTreatList.as_view(), name="api-never-treat"),
    path("layers", experiments.LayerList.as_view(), name="api-layers"),
    path("experiments", experiments.ExperimentList.as_view(), name="api-experiments"),
    path("experiments/<slug:key>", experiments.ExperimentDetail.as_view(), name="api-experiment"),
    path("experiments/<slug:key>/design", ExperimentDesign.as_view(), name="api-design"),
    path("experiments/<slug:key>/schedule", ExperimentSchedule.as_view(), name="api-schedule"),
    path("experiments/<slug:key>/balance", ExperimentBalance.as_view(), name="api-balance"),
    path("experiments/<slug:key>/changes", experiments.ExperimentChanges.as_view()),
    path("experiments/<slug:key>/exposures/counts", experiments.ExperimentCounts.as_view()),
    path("experiments/<slug:key>/coverage", steering.ExperimentCoverage.as_view()),
    path("experiments/<slug:key>/weights", steering.ExperimentWeights.as_view()),
    path("experiments/<slug:key>/forced", steering.ExperimentForced.as_view()),
    path("experiments/<slug:key>/<str:move>", steering.ExperimentMove.as_view()),
]
