"""The reports of the demo: requested and computed as a worker does."""

from datetime import datetime

from impact.management.demo.blueprints import Blueprint
from impact.management.demo.people import LEADER, person
from impact.models import Run
from impact.reports.charts import render_charts
from impact.runs.computing import compute
from impact.runs.requests import latest_done, request
from impact.simulation.calendar import LAST_INSTANT


def report(blueprint: Blueprint, now: datetime) -> Run:
    """Return the finished run over the whole simulated year, computing it if it is missing."""
    done = latest_done(blueprint.key)
    if done is not None:
        return done
    run = request(blueprint.key, as_of=LAST_INSTANT, requested_by=person(LEADER), now=now)
    finished = compute(run.id, now=now, render=render_charts)
    return finished or Run.objects.get(pk=run.id)
