"""Coefficients of a model with covariates: levels, bins, and what is left out."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Covariate, CovariateKind
from impact.analysis.bins import MISSING, bin_labels
from tests.impact.analysis.survival.data import (
    counts_of,
    customers,
    estimate,
    number,
    only,
    plan_of,
    retention,
)


def test_covariates_give_coefficients_against_their_first_level() -> None:
    covariates = (Covariate(name="age", kind=CovariateKind.NUMERIC), Covariate(name="tier"))

    result = estimate(plan_of(retention(covariates=covariates), "a", "b"), customers(5))

    terms = [row for row in result.estimates if row.quantity == "coefficient"]
    assert [row.term for row in terms] == ["age", "tier=plus", "tier=pro"]
    assert terms[1].note == "against tier=basic"
    assert only(result, "likelihood_ratio", "cox_adjusted").df == 4
    assert only(result, "likelihood_ratio", "cox").df == 1


def test_bins_come_in_the_order_of_their_edges() -> None:
    edges = (5.0, 30.0, 100.0)
    labels = np.array([MISSING, *bin_labels(edges)])
    counts = customers(6)
    binned = replace(counts, covariates={"tenure": labels[np.arange(counts.n.size) % labels.size]})
    covariate = Covariate(name="tenure", kind=CovariateKind.BINS, edges=edges)

    result = estimate(plan_of(retention(covariates=(covariate,)), "a", "b"), binned)

    terms = [row.term for row in result.estimates if row.quantity == "coefficient"]
    assert terms == ["tenure=5-30", "tenure=30-100", "tenure=>=100", "tenure=(missing)"]


def test_units_without_a_number_are_left_out_and_counted() -> None:
    counts = customers(7)
    age = np.asarray(counts.covariates["age"], dtype=np.float64).copy()
    age[:3] = np.nan
    covariate = Covariate(name="age", kind=CovariateKind.NUMERIC)

    result = estimate(
        plan_of(retention(covariates=(covariate,)), "a", "b"),
        replace(counts, covariates={"age": age}),
    )

    assert only(result, "hazard_ratio", "cox_adjusted").note == "3 units without age left out"


def test_a_level_without_events_is_named_and_the_rest_is_fitted_without_it() -> None:
    counts = customers(8)
    tier = np.asarray(counts.covariates["tier"], dtype=np.str_).copy()
    quiet = np.flatnonzero(counts.event == 0)[:5]
    tier[quiet] = "gold"
    kept = np.setdiff1d(np.arange(tier.size), quiet)
    plan = plan_of(retention(covariates=(Covariate(name="tier"),)), "a", "b")
    rest = counts_of(
        counts.variant[kept],
        counts.time[kept],
        counts.event[kept],
        covariates={"tier": tier[kept]},
    )

    result = estimate(plan, replace(counts, covariates={"tier": tier}))

    row = only(result, "coefficient", term="tier=gold")
    assert (row.value, row.note) == (None, "no events at this level")
    assert only(result, "hazard_ratio", "cox_adjusted").value == pytest.approx(
        number(only(estimate(plan, rest), "hazard_ratio", "cox_adjusted").value), rel=1e-9
    )
