"""The first day: empty pages, an experiment to its end, data, reports, the administration.

One module, so that one process serves one site: it takes longer to start than to visit.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from impact.reports.document import SECTIONS
from tests.browser import logs
from tests.browser.accessibility import trouble
from tests.browser.conftest import Site, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASKED_FOR = ("compliers", "designs", "bayesian")  # sections of plans that ask for them
ROWS = """\
contact_id,customer_id,arrived_at,talk_seconds
call-1,C-1,2026-03-01T09:30:00+00:00,240
call-2,C-2,yesterday,-4
"""


@pytest.mark.parametrize(
    ("path", "who", "words"),
    [
        ("/sign-in", "", "Does this service policy pay?"),
        ("/", "leader", "No experiment yet"),
        ("/reports", "leader", "No report yet"),
        ("/data", "leader", "No data yet"),
        ("/nowhere", "leader", "Not Found"),
    ],
)
def test_an_empty_page_teaches_and_everybody_can_use_it(
    visit: Visit, path: str, who: str, words: str
) -> None:
    page = visit(path, who)

    page.get_by_text(words).first.wait_for()
    assert trouble(page) == []


def test_an_experiment_goes_from_the_form_to_counts_and_to_its_end(
    visit: Visit, site: Site
) -> None:
    page = visit("/experiments/new", "leader")
    page.on("dialog", lambda dialog: dialog.accept())
    _define(page)
    _plan(page)
    _press(page, "Submit for review", "Submitted.")
    _press(page, "Lock the plan and start", "Started. The plan is locked")

    asked = [_ask(site, number) for number in range(12)]
    page.locator("#counts td").first.wait_for()
    page.get_by_label("Ramp the coverage").fill("40")
    _press(page, "Set", "40% of the audience take part from now on.")
    assert _counts(page) == {
        title: [one["variant"] for one in asked].count(key)
        for key, title in {"control": "As today", "no_survey": "No survey", "late": "late"}.items()
    }
    assert trouble(page) == []

    _press(page, "Kill switch: everybody to control", "Killed: everybody is served control.")
    assert _ask(site, 0) == asked[0]  # a repeat gets the stored answer
    assert _ask(site, 12)["variant"] == "control"
    _press(page, "Conclude", "Concluded. Nobody is assigned any more")
    assert _ask(site, 13)["status"] == "unknown_experiment"


def test_a_file_with_a_broken_row_shows_what_is_wrong_with_it(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "march.csv"
    file.write_text(ROWS)
    page = visit("/data", "leader")

    page.get_by_label("What the rows speak of").select_option("contacts")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("heading", name="Rejected rows").wait_for()

    assert "must be 0 or more" in page.inner_text("#rejections")
    assert "yesterday" in page.inner_text("#rejections")
    assert trouble(page) == []
    page.get_by_role("link", name="Data", exact=True).first.click()
    page.get_by_role("link", name="march.csv").wait_for()
    assert trouble(page) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("path", "who", "words"),
    [
        ("/", "finance", "Difference in retention"),
        ("/experiments/time_it_takes", "leader", "Kill switch"),
        ("/reports", "finance", "The time it takes"),
        ("/reports/r-broken", "finance", "Not to be relied on"),
        ("/reports/r-failed", "leader", "The analysis failed"),
    ],
)
def test_everybody_can_use_the_page(visit: Visit, path: str, who: str, words: str) -> None:
    page = visit(path, who)

    page.get_by_text(words).first.wait_for()
    assert trouble(page) == []


@pytest.mark.usefixtures("filled")
def test_a_report_shows_its_sections_in_order_and_can_be_taken_away(visit: Visit) -> None:
    page = visit("/reports/r-good", "finance")

    shown = page.locator("section.report-section").evaluate_all("all => all.map(one => one.id)")
    order = [section.__name__ for section in SECTIONS]
    assert shown == [name for name in order if name not in ASKED_FOR]
    assert trouble(page) == []
    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF").click()
    assert taken.value.suggested_filename == "time_it_takes-2026-09-01.pdf"


@pytest.mark.parametrize(
    ("key", "told", "row"),
    [
        (logs.TWO_SPLITS, ("80 of 80 rows", "20%, take_time 80%"), "assigned_variant"),
        (logs.SHARES_OF_TEAMS, ("40 of 40 rows", "the share of each cluster first"), "saturation"),
    ],
)
def test_an_audit_finds_the_one_row_that_was_rewritten(
    visit: Visit, filled: Site, key: str, told: tuple[str, ...], row: str
) -> None:
    page = visit(f"/experiments/{key}", "finance")

    page.get_by_role("link", name="Audit").click()
    page.get_by_text("1 difference:").wait_for()

    shown = page.inner_text("#audit")
    assert [words for words in told if words not in shown] == []
    (found,) = page.locator("#audit table").first.locator("tbody tr").all_inner_texts()
    assert found.split("\t")[:2] == [filled.rewritten[key], row]
    assert trouble(page) == []


def test_the_administration_opens_to_its_role_and_to_no_other(visit: Visit) -> None:
    assert "Equipoise administration" in visit("/admin/", "admin").inner_text("body")
    assert "Your role does not allow this." in visit("/admin/", "finance").inner_text("body")


def _define(page: "Page") -> None:
    """Make mistakes, see them named, and mend them."""
    page.get_by_label("Title").first.fill("Skip the survey")
    page.get_by_label("Key").first.fill("Skip!")
    page.locator("#id_variants-1-key").fill("no_survey")
    page.locator("#id_variants-1-title").fill("No survey")
    page.get_by_role("button", name="Add a variant").click()
    page.locator("#id_variants-2-key").fill("late")
    page.locator("#id_variants-2-share").fill("20")
    _press(page, "Save the draft and go to the plan", "Use small letters, digits and _")
    assert "The shares add up to 120%" in page.inner_text("body")
    assert trouble(page) == []
    page.get_by_label("Key").first.fill("skip_survey")
    page.locator("#id_variants-1-share").fill("30")
    _press(page, "Save the draft and go to the plan", "No plan yet.")


def _plan(page: "Page") -> None:
    """Type a plan that cannot be, see its line named, and have one written."""
    page.get_by_label("The plan as YAML").fill("key: skip_survey\nunit: household\n")
    page.get_by_text("must be one of customer").wait_for()
    assert "Line 2" in page.inner_text("#plan-check")
    _press(page, "Write the plan from these answers", "The plan has text that is not saved.")
    assert trouble(page) == []
    _press(page, "Write over what was typed", "This plan can be locked.")
    assert trouble(page) == []
    _press(page, "Save the plan", "Days until churn")


def _press(page: "Page", button: str, words: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_text(words).first.wait_for()


def _counts(page: "Page") -> dict[str, int]:
    rows = page.locator("#counts tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    return {title: int(customers) for title, customers, *_ in cells}


def _ask(site: Site, number: int) -> dict[str, str]:
    answer = httpx.post(
        f"{site.address}/api/v1/assign",
        headers={"Authorization": f"Bearer {site.key}"},
        json={
            "customer_id": f"C-{number}",
            "contact_id": f"call-{number}",
            "experiments": ["skip_survey"],
        },
    )
    told: dict[str, str] = answer.raise_for_status().json()
    return told
