"""What a run keeps: the same bytes for the same statistics, and the same analysis from them."""

import gzip
from dataclasses import replace

import numpy as np
import pytest

from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from tests.impact.analysis.building import AS_OF, full_plan, statistics_of


def test_stored_statistics_give_the_same_analysis_to_the_digit() -> None:
    statistics = statistics_of()

    again = evaluate(full_plan(), load(dump(statistics)), as_of=AS_OF)

    assert again == evaluate(full_plan(), statistics, as_of=AS_OF)


def test_storage_is_lossless_and_always_the_same_bytes() -> None:
    statistics = statistics_of()

    stored = dump(statistics)
    again = load(stored)

    assert dump(again) == stored == dump(statistics_of())
    counts, same = statistics.survival["retention"][0], again.survival["retention"][0]
    assert same.covariates["tier"].dtype == counts.covariates["tier"].dtype
    assert same.covariates["age"].dtype == np.float64
    np.testing.assert_array_equal(same.strata["queue"], counts.strata["queue"])
    moments, kept = statistics.moments["spend"][0].moments, again.moments["spend"][0].moments
    np.testing.assert_array_equal(kept.cross, moments.cross)
    assert kept.names == moments.names
    assert (again.arms, again.proportions) == (statistics.arms, statistics.proportions)
    assert again.checks.compliance == statistics.checks.compliance


def test_clusters_are_stored_and_without_them_the_bytes_are_those_of_before() -> None:
    statistics = statistics_of()
    counts = statistics.survival["retention"][0]
    team = np.arange(counts.n.size) % 20 - 1
    clustered = replace(
        statistics, survival={"retention": (replace(counts, clusters={"t": team}),)}
    )

    (kept,) = load(dump(clustered)).survival["retention"]

    np.testing.assert_array_equal(kept.clusters["t"], team)
    assert kept.clusters["t"].dtype == np.int64
    assert b"clusters" not in gzip.decompress(dump(statistics))


def test_causes_are_stored() -> None:
    statistics = statistics_of()
    counts = statistics.survival["retention"][0]
    cause = np.where(counts.event == 1, "voluntary", "")

    stored = dump(replace(statistics, survival={"retention": (replace(counts, cause=cause),)}))

    (kept,) = load(stored).survival["retention"]
    np.testing.assert_array_equal(kept.cause, cause)
    assert load(dump(statistics)).survival["retention"][0].cause is None


def test_a_missing_number_of_a_covariate_is_stored_as_missing() -> None:
    statistics = statistics_of()
    counts = statistics.survival["retention"][0]
    ages = np.where(np.arange(counts.n.size) % 7 == 0, np.nan, counts.covariates["age"])
    holed = replace(counts, covariates={"age": ages})

    kept = load(dump(replace(statistics, survival={"retention": (holed,)})))

    np.testing.assert_array_equal(kept.survival["retention"][0].covariates["age"], ages)


def test_bytes_of_another_format_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impact.analysis.storage.statistics.FORMAT", 2)
    stored = dump(statistics_of())
    monkeypatch.undo()

    with pytest.raises(ValueError, match="format 2, this code reads 1"):
        load(stored)
