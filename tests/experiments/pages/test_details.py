"""The page of one experiment: what was done is said, in words."""

import pytest
from django.test import Client

from experiments import definitions
from experiments.exposures import ExposureRow, record
from experiments.models import Experiment
from tests.experiments.pages.test_listing import NOW, draft


@pytest.fixture
def running(db: None) -> Experiment:  # noqa: ARG001  # asks for a database
    definitions.create(draft("care_over_clock"), actor="leader", now=NOW)
    definitions.submit("care_over_clock", actor="leader", now=NOW)
    return definitions.start("care_over_clock", actor="key:release robot", now=NOW)


def test_the_history_is_told_in_words(leader: Client, running: Experiment) -> None:
    definitions.set_coverage(running.key, coverage=2500, actor="leader", now=NOW)

    page = leader.get("/experiments/care_over_clock").content.decode()

    assert "API key “release robot”" in page
    assert "locked the plan and started it" in page
    assert "coverage: 100% → 25%" in page


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("path", "answers", "words"),
    [
        ("move", {"move": "pause"}, "Paused. Everybody is served control."),
        ("coverage", {"percent": "12.5"}, "12.5% of the audience take part from now on."),
        ("coverage", {"percent": "140"}, "140: the coverage must be a number from 0 to 100"),
        ("coverage", {"percent": "many"}, "many: the coverage must be a number from 0 to 100"),
        ("kill", {}, "Killed: everybody is served control."),
        ("move", {"move": "submit"}, "running"),
        ("move", {"move": "jump"}, "jump: must be one of submit"),
    ],
)
def test_the_page_says_what_was_done_or_why_not(
    leader: Client, path: str, answers: dict[str, str], words: str
) -> None:
    page = leader.post(f"/experiments/care_over_clock/{path}", answers, follow=True)

    assert words in page.content.decode()


@pytest.mark.usefixtures("running")
def test_what_cannot_be_undone_asks_first(leader: Client) -> None:
    page = leader.get("/experiments/care_over_clock").content.decode()

    assert 'hx-confirm="Conclude?' in page
    assert 'hx-confirm="Serve control to everybody' in page


def test_a_variant_that_nobody_got_yet_is_counted_too(leader: Client, running: Experiment) -> None:
    record([row(running, "care")])

    page = leader.get("/experiments/care_over_clock/counts").content.decode()

    lines = [line for line in page.splitlines() if '<td class="fw-semibold">' in line]
    assert ["100.00%" in line for line in lines] == ["care" in line for line in lines]
    assert sorted("clock" in line for line in lines) == [False, True]


def row(experiment: Experiment, variant: str) -> ExposureRow:
    return ExposureRow(
        assignment_id="a1",
        experiment=experiment.key,
        version=1,
        hash_version=1,
        unit_id="C-1",
        customer_id="C-1",
        contact_id="call-1",
        bucket=17,
        assigned_variant=variant,
        served_variant=variant,
        source="service",
        eligible=True,
        forced=False,
        queue="",
        attributes={},
        assigned_at=NOW,
        exposed_at=None,
    )
