"""A run of an experiment whose weights changed: versions are held to what the service gave them."""

from datetime import timedelta

from experiments import definitions, exposures, registry
from experiments.exposures import Contact, exposure_row
from tests.impact.runs.conftest import AS_OF, CUSTOMERS, KEY, START
from tests.impact.runs.test_computing import computed


def test_other_weights_are_no_broken_split(ran: str) -> None:
    changed_at = START + timedelta(days=30)
    definitions.reweigh(KEY, weights={"clock": 9000, "care": 1000}, actor="a test", now=changed_at)
    registry.snapshot.forget()
    experiment = registry.current(changed_at).experiments[KEY]
    for number in range(CUSTOMERS, 2 * CUSTOMERS):
        attributes = {"tier": "pro"}
        decision = experiment.decide(f"{number:04}", attributes)
        contact = Contact(
            customer_id=f"{number:04}", contact_id=f"k-{number}", attributes=attributes
        )
        exposures.record([exposure_row(decision, contact, now=changed_at)])

    run = computed(ran)

    assert run.analysis is not None
    (check,) = [each for each in run.analysis["checks"] if each["name"] == "sample_ratio"]
    assert (check["status"], check["df"]) == ("pass", 2)
    assert run.as_of == AS_OF
    assert any(row["method"] == "epochs" for row in run.analysis["estimates"])
