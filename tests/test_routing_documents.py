"""The pages for routing engineers point to what is there and show what is sent."""

import json
import re
from pathlib import Path

import pytest

from experiments.answers.answer import Answer, AnswerStatus
from experiments.api.assign_form import form_fields
from experiments.api.assign_formats import render
from experiments.api.assign_wire import read

ROUTING = Path(__file__).resolve().parents[1] / "docs" / "routing"
PAGES = sorted(ROUTING.rglob("*.md"))
PLATFORMS = sorted(path for path in ROUTING.iterdir() if path.is_dir())
OVERVIEW = (ROUTING / "README.md").read_text()


def anchors(page: Path) -> set[str]:
    """Return what headings can be pointed to by, as the usual renderers make it."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())

    assert links
    for link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_every_platform_has_a_page_that_names_its_pieces_and_the_overview_names_it(
    platform: Path,
) -> None:
    page = (platform / "README.md").read_text()
    pieces = {path.name for path in platform.iterdir()} - {"README.md"}

    assert f"({platform.name}/README.md)" in OVERVIEW
    assert {piece for piece in pieces if f"({piece})" in page} == pieces
    assert "## Time-out and fallback" in page
    assert "## In the contact record" in page


def test_the_question_of_the_overview_is_read() -> None:
    (text,) = re.findall(r"-d '(\{.*?\})'", OVERVIEW)
    (form,) = re.findall(r"`(customer_id=[^`]+)`", OVERVIEW)

    assert read(text.encode()).experiments == ["care_over_clock"]
    assert form_fields(form.encode()) == {
        "customer_id": "+493012345",
        "contact_id": "call-7",
        "experiments": ["care_over_clock"],
        "attributes": {"tier": "pro"},
    }


def test_the_answer_of_the_overview_is_what_is_sent() -> None:
    (block,) = re.findall(r"```json\n(.*?)\n```", OVERVIEW, re.DOTALL)
    shown = json.loads(block)
    answer = Answer(
        status=AnswerStatus.OK,
        experiment="care_over_clock",
        variant="take_time",
        enrolled=True,
        source="service",
        version="1",
        bucket="7301",
        assignment_id="a-...",
        policy={"policy_queue": "q_long", "policy_target_seconds": "540"},
    )

    assert render(answer.fields(), "json").decode() == block
    assert list(shown) == list(answer.fields())
