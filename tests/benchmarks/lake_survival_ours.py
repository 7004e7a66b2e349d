"""One run of ours, in a process of its own: from a lake to every row of the analysis."""

import json
import sys

import numpy as np
from django.conf import settings

from impact import engine, lake
from impact.analysis.estimates import Analysis
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from impact.analysis.survival.cells import cells_of
from impact.analysis.survival.model import model_of
from impact.join.inputs import from_parquet
from impact.join.statistics import sufficient_statistics
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit
from tests.benchmarks.lake_survival_cost import Stopwatch, peak_megabytes
from tests.benchmarks.lake_survival_customers import METRIC, PLAN
from tests.benchmarks.lake_survival_tables import AS_OF, EXPOSURES


def join(folder: str) -> SufficientStatistics:
    """Join the newest versions of the tables of one lake, as a run does."""
    settings.LAKE_URL = folder
    pinned = lake.versions(("customers", "churn", EXPOSURES))
    files = {name: lake.files(name, version) for name, version in pinned.items()}
    files["assignments"] = files.pop(EXPOSURES)
    connection = engine.connect()
    statistics = sufficient_statistics(
        connection, from_parquet(connection, files), PLAN, as_of=AS_OF
    )
    connection.disconnect()
    return statistics


def coefficients(analysis: Analysis) -> list[float]:
    """Return the adjusted log hazard ratio and the coefficients, in the order of the rows."""
    rows = [row for row in analysis.estimates if row.method == "cox_adjusted"]
    ratio = [np.log(row.value) for row in rows if row.quantity == "hazard_ratio" and row.value]
    return [*ratio, *(row.value for row in rows if row.quantity == "coefficient" and row.value)]


def fit(counts: SurvivalCounts) -> CoxFit | NotEstimable:
    """Fit the one model that the other side fits, from the joined data on."""
    return model_of("cox_adjusted", cells_of(PLAN, counts), PLAN.control, METRIC.covariates).fit


def main(folder: str, rehearsal: str) -> None:
    """Print what was found and what it cost, after a small rehearsal that pays for imports."""
    settings.configure()
    evaluate(PLAN, join(rehearsal), as_of=AS_OF)
    watch = Stopwatch()
    statistics = join(folder)
    cost = watch.lap("join")
    analysis = evaluate(PLAN, statistics, as_of=AS_OF)
    cost |= watch.lap("estimate")
    (counts,) = statistics.survival["churn"]
    fit(counts)
    cost |= watch.lap("fit")
    found = {
        "cells": counts.n.size,
        "events": int((counts.n * counts.event).sum()),
        "quantities": sorted({row.quantity for row in analysis.estimates}),
        "coefficients": coefficients(analysis),
    }
    sys.stdout.write(json.dumps(cost | found | {"megabytes": peak_megabytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
