"""A run: pinned, computed, frozen, and made again to the digit."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from experiments.plan.document import Plan
from impact import lake
from impact.models import Run
from impact.records.kinds import RecordKind
from impact.runs import computing, requests
from tests.impact.runs.conftest import AS_OF, CUSTOMERS, send


def no_charts(
    _plan: Plan, _analysis: Mapping[str, Any], _titles: Mapping[str, str]
) -> dict[str, str]:
    return {}


def computed(key: str) -> Run:
    run = requests.request(key, as_of=AS_OF, requested_by=None, now=AS_OF)
    done = computing.compute(run.pk, now=AS_OF, render=no_charts)
    assert done is not None
    return done


def value(analysis: Mapping[str, Any], metric: str, quantity: str) -> float:
    return next(
        float(row["value"])
        for row in analysis["estimates"]
        if (row["metric"], row["quantity"], row["segment"]) == (metric, quantity, "all")
    )


def test_a_run_is_frozen_with_everything_it_was_computed_from(ran: str) -> None:
    run = computed(ran)

    assert run.status == "done"
    assert set(run.lake_versions) == {"churn", f"exposures_{ran}"}
    assert len(run.plan_sha256) == len(run.data_sha256) == len(run.statistics_sha256) == 64
    assert run.code_version.startswith("0.1.0+")
    assert run.analysis is not None
    assert sum(arm["n_units"] for arm in run.analysis["arms"]) == CUSTOMERS
    assert 0 < value(run.analysis, "retention", "hazard_ratio") < 1


def test_a_report_recomputes_to_the_digit_from_the_stored_statistics(ran: str) -> None:
    run = computed(ran)

    assert computing.recompute(run) == run.analysis


def test_a_run_sees_the_lake_as_it_was_pinned(ran: str) -> None:
    run = computed(ran)
    send(RecordKind.CHURN, [{"customer_id": "0001", "churned_at": "2026-02-01T00:00:00Z"}])

    later = computed(ran)

    assert later.data_sha256 != run.data_sha256
    assert later.lake_versions["churn"] > run.lake_versions["churn"]
    assert lake.files("churn", run.lake_versions["churn"])
    assert computing.recompute(run) == Run.objects.get(pk=run.pk).analysis


def test_the_same_data_give_the_same_numbers_in_every_run(ran: str) -> None:
    first, second = computed(ran), computed(ran)

    assert first.statistics_sha256 == second.statistics_sha256
    assert first.analysis is not None
    assert second.analysis is not None
    assert first.analysis["estimates"] == second.analysis["estimates"]


def test_a_finished_run_is_never_computed_again(ran: str) -> None:
    run = computed(ran)

    assert computing.compute(run.pk, now=AS_OF + timedelta(days=1), render=no_charts) is None


def test_a_failure_is_recorded_and_raised(ran: str) -> None:
    def broken(
        _plan: Plan, _analysis: Mapping[str, Any], _titles: Mapping[str, str]
    ) -> dict[str, str]:
        message = "no ink"
        raise OSError(message)

    run = requests.request(ran, as_of=AS_OF, requested_by=None, now=AS_OF)

    with pytest.raises(OSError, match="no ink"):
        computing.compute(run.pk, now=AS_OF, render=broken)

    run.refresh_from_db()
    assert "no ink" in run.error
    assert run.analysis is None


def test_the_database_keeps_no_finished_run_without_its_numbers(ran: str) -> None:
    run = requests.request(ran, as_of=AS_OF, requested_by=None, now=AS_OF)

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(status="done")
