"""Balance by stratum over the log: first rows of units, at the weights of their version."""

import pytest

from experiments import definitions, exposures, registry
from experiments.exposures import Contact, exposure_row
from experiments.models import Exposure
from tests.experiments.api.test_experiments import ONE, with_key
from tests.experiments.designs import NOW, running
from tests.experiments.pages.conftest import signed_in

pytestmark = pytest.mark.django_db
N = 240


def fill(start: int = 0, *, contacts: int = 2) -> None:
    """Ask for N customers of two tiers, several times each; the last time from another tier."""
    registry.snapshot.forget()
    experiment = registry.current(NOW).experiments["longer_calls"]
    for number in range(start, start + N):
        for turn in range(contacts):
            attributes = {"tier": "pro" if number % 3 and not turn else "basic"}
            contact = Contact(
                customer_id=f"{number}",
                contact_id=f"{number}-{turn}",
                queue=f"q{number % 2}",
                attributes=attributes,
            )
            decision = experiment.decide(f"{number}")
            exposures.record([exposure_row(decision, contact, now=NOW)])


def test_units_are_counted_once_by_what_was_known_first() -> None:
    running()
    fill()

    found = with_key("read").get(f"{ONE}/balance", {"by": "tier"}).data

    totals = {stratum["name"]: sum(stratum["counts"].values()) for stratum in found["strata"]}
    assert totals == {"basic": N // 3, "pro": N - N // 3}
    assert found["df"] == 2
    assert found["p_value"] > 0.001
    assert found["strata"][0]["expected"] == {"target_300s": 40.0, "take_time": 40.0}


def test_queues_are_strata_and_versions_have_their_own_weights() -> None:
    running()
    fill(contacts=1)
    tilted = {"target_300s": 9000, "take_time": 1000}
    definitions.reweigh("longer_calls", weights=tilted, actor="leader", now=NOW)
    fill(start=N, contacts=1)

    found = with_key("read").get(f"{ONE}/balance").data

    assert (found["by"], found["df"], found["n_untested"]) == ("queue", 4, 0)
    assert found["strata"][0]["expected"] == {"target_300s": 168.0, "take_time": 72.0}
    assert found["p_value"] > 0.001


def test_a_stratum_that_lost_units_of_one_arm_is_found() -> None:
    running()
    fill()
    Exposure.objects.filter(assigned_variant="take_time", queue="q1").update(eligible=False)

    found = with_key("read").get(f"{ONE}/balance", {"by": "queue"}).data
    page = signed_in("finance_reviewer").get("/experiments/longer_calls/balance?by=queue")

    assert found["p_value"] < 1e-6
    assert "This is not chance" in page.content.decode()


def test_an_attribute_that_nobody_sent_is_one_stratum() -> None:
    running()
    fill(contacts=1)

    found = with_key("read").get(f"{ONE}/balance", {"by": "no__such"}).data

    assert [stratum["name"] for stratum in found["strata"]] == ["(not known)"]


def test_what_tells_units_apart_is_no_stratum() -> None:
    running()
    registry.snapshot.forget()
    experiment = registry.current(NOW).experiments["longer_calls"]
    rows = [
        exposure_row(
            experiment.decide(f"{number}"), Contact(attributes={"account": f"{number}"}), now=NOW
        )
        for number in range(201)
    ]
    exposures.record_many(rows)

    refused = with_key("read").get(f"{ONE}/balance", {"by": "account"})

    assert refused.status_code == 400
    assert "at most 200 values" in str(refused.data)
    page = signed_in("cx_leader").get("/experiments/longer_calls/balance?by=account")
    assert "at most 200 values" in page.content.decode()
