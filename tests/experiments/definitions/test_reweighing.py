"""Other weights while it runs: a new version, a new salt, and the log as it was."""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from experiments import definitions, exposures, registry
from experiments.answers.answer import Answer
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.audit import audit
from experiments.errors import DefinitionLocked, InvalidDefinition
from experiments.exposures import Contact, ExposureRow
from experiments.models import Change, Experiment
from experiments.registry import analysable
from tests.experiments.api.test_experiments import ONE, with_key
from tests.experiments.api.test_schedules import DESIGN, STARTED
from tests.experiments.designs import NOW, draft, running
from tests.experiments.pages.conftest import signed_in

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "leader", "now": NOW}
TILTED = {"target_300s": 9000, "take_time": 1000}


def ask(customer: str, contact: str | None) -> Answer:
    registry.snapshot.expire()
    question = Question(
        contact=Contact(customer_id=customer, contact_id=contact),
        units={"customer": customer},
        experiments=("longer_calls",),
    )
    (given,) = answer(question, now=NOW, until=float("inf"))
    return given


def rows() -> list[ExposureRow]:
    return list(exposures.log("longer_calls", until=timezone.now()))


def test_other_weights_are_a_new_version_with_a_new_salt() -> None:
    before = running()

    after = definitions.reweigh("longer_calls", weights=TILTED, **WHO)

    assert (before.version, after.version) == (1, 2)
    assert before.salt != after.salt
    assert {variant.key: variant.weight for variant in after.variants.all()} == TILTED
    assert after.plan_sha256 == before.plan_sha256
    shares = Counter(ask(f"{number}", f"c-{number}").variant for number in range(150))
    assert shares["target_300s"] > 115


def test_nobody_s_exposures_are_rewritten() -> None:
    running()
    for number in range(30):
        ask(f"{number}", f"c-{number}")
        ask(f"{number}", None)
    before = rows()

    definitions.reweigh("longer_calls", weights=TILTED, **WHO)
    again = [ask(f"{number}", f"c-{number}") for number in range(30)]
    without_contact = [ask(f"{number}", None) for number in range(30)]
    later = [ask(f"{number}", f"d-{number}") for number in range(30)]

    assert rows()[: len(before)] == before
    assert {each.version for each in (*again, *without_contact)} == {"1"}
    assert {each.version for each in later} == {"2"}
    assert Counter(row.version for row in rows()) == {1: 60, 2: 30}


def test_an_auditor_recomputes_every_version() -> None:
    running()
    for number in range(20):
        ask(f"{number}", f"c-{number}")
    definitions.reweigh("longer_calls", weights=TILTED, **WHO)
    definitions.reweigh("longer_calls", weights={"target_300s": 2000, "take_time": 8000}, **WHO)
    for number in range(20):
        ask(f"{number}", f"d-{number}")

    found = audit("longer_calls")

    assert (found.n_rows, found.n_recomputed, found.n_differences) == (40, 40, 0)


def test_the_analysis_knows_the_weights_of_every_version() -> None:
    running()
    assert analysable("longer_calls").version_weights == ()

    definitions.reweigh("longer_calls", weights=TILTED, **WHO)

    assert analysable("longer_calls").version_weights == (
        ("1", (("target_300s", 5000), ("take_time", 5000))),
        ("2", (("target_300s", 9000), ("take_time", 1000))),
    )


def test_history_tells_the_weights_and_no_salt() -> None:
    before = running()
    after = definitions.reweigh("longer_calls", weights=TILTED, **WHO)

    change = Change.objects.get(action="reweigh")

    assert change.fields["version"] == [1, 2]
    assert change.fields["weights"][1] == TILTED
    assert before.salt not in str(change.fields)
    assert after.salt not in str(change.fields)


@pytest.mark.parametrize(
    "weights",
    [
        {"target_300s": 5000, "take_time": 5000},
        {"target_300s": 5000},
        {"target_300s": 5000, "take_time": 4000},
        {"target_300s": 5000, "take_time": 4000, "other": 1000},
        {"target_300s": -1, "take_time": 10001},
    ],
)
def test_weights_that_cannot_be_are_refused(weights: dict[str, int]) -> None:
    running()

    with pytest.raises(InvalidDefinition):
        definitions.reweigh("longer_calls", weights=weights, **WHO)

    assert Experiment.objects.get().version == 1


def test_a_published_schedule_keeps_its_weights() -> None:
    running(now=STARTED, **DESIGN)

    with pytest.raises(InvalidDefinition, match="was drawn by them"):
        definitions.reweigh("longer_calls", weights=TILTED, **WHO)


def test_a_draft_is_edited_and_has_no_versions() -> None:
    definitions.create(draft(), **WHO)

    with pytest.raises(DefinitionLocked):
        definitions.reweigh("longer_calls", weights=TILTED, **WHO)


def test_weights_change_over_http_and_in_the_browser() -> None:
    running()

    put = with_key("define").put(f"{ONE}/weights", {"weights": TILTED}, format="json")
    signed_in("cx_leader").post(
        "/experiments/longer_calls/weights",
        {"weight-target_300s": "33.33", "weight-take_time": "66.67"},
    )

    assert (put.status_code, put.data["version"]) == (200, 2)
    experiment = Experiment.objects.get()
    assert experiment.version == 3
    assert [variant.weight for variant in experiment.variants.all()] == [3333, 6667]
