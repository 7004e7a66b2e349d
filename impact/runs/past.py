"""What earlier experiments found: the latest finished report of each, for a prior to learn from."""

from collections.abc import Iterator
from typing import Any

from experiments.plan.document import Plan
from impact.analysis.bayes.effects import past_effects
from impact.analysis.sufficient import PastEffect
from impact.models import Run

MOST = 500  # reports: a prior has long been learnt from fewer


def earlier_effects(run: Run, plan: Plan) -> tuple[PastEffect, ...]:
    """Return the effects on the plan's primary metric in experiments that ended before this run.

    Only what was known at the run's `as_of`; nothing where the plan has no Bayesian view.
    """
    return past_effects(plan, _documents(run)) if plan.bayesian is not None else ()


def _documents(run: Run) -> Iterator[dict[str, Any]]:
    finished = Run.objects.filter(analysis__isnull=False, as_of__lte=run.as_of)
    others = finished.exclude(experiment=run.experiment).order_by("-as_of", "-requested_at", "id")
    for analysis in others.values_list("analysis", flat=True)[:MOST].iterator():
        if analysis is not None:
            yield analysis
