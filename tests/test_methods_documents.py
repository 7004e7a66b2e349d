"""The handbook is whole, and speaks of every row that the engine has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import load_command_class

from tests.every_row import every_row

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = sorted((DOCS / "methods").glob("*.md"))
ROWS, REFUSES = "Rows", "Refuses"
ALWAYS = ("Formula", "Source", "Assumes", "Not for")
LABEL = re.compile(rf"^({'|'.join((ROWS, REFUSES, *ALWAYS))}): \S", re.MULTILINE)
NAMES = re.compile(r"`(\w+)`")
# What stands on the pages beside the methods.
PLAIN = {
    "In the plan",
    "Superiority of a success metric",
    "The other checks",
    "What a crossed bound decides",
    "What each row says before the planned end, and at it",
}
Pair = tuple[str, str]  # quantity and method


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of a page of the handbook."""

    page: str
    title: str
    text: str

    @property
    def labels(self) -> list[str]:
        """How its paragraphs begin, where they say what every method must."""
        return LABEL.findall(self.text)

    @property
    def link(self) -> str:
        """Where it is, seen from the folder of the documents."""
        return f"methods/{self.page}#{anchor(self.title)}"

    @property
    def pairs(self) -> Iterator[Pair]:
        """The rows that come from it."""
        for line in re.findall(rf"^{ROWS}: (.*)\.$", self.text, re.MULTILINE):
            for item in line.split("; "):
                quantities, methods = (NAMES.findall(part) for part in item.split(" by "))
                yield from ((quantity, method) for quantity in quantities for method in methods)


def anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def sections() -> Iterator[Section]:
    for page in PAGES:
        for part in re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]:
            title, text = part.split("\n", 1)
            yield Section(page=page.name, title=title, text=text)


def methods() -> list[Section]:
    return [section for section in sections() if section.title not in PLAIN]


def listed() -> dict[str, set[Pair]]:
    """Return the table of methods of the estimates, by where each is explained."""
    table = (DOCS / "estimates.md").read_text().partition("## Methods\n")[2]
    found: dict[str, set[Pair]] = {}
    rows = re.findall(r"^\| ([a-z]\w+.*) \| (.*) \| \[.*\]\((.*)\) \|$", table, re.MULTILINE)
    for names, quantities, link in rows:
        pairs = {(q, m) for q in quantities.split(", ") for m in names.split(", ")}
        assert not pairs & found.get(link, set())
        found[link] = found.get(link, set()) | pairs
    return found


@pytest.mark.parametrize("section", methods(), ids=lambda section: section.link)
def test_every_method_says_all_that_a_statistician_asks(section: Section) -> None:
    of_rows = ROWS in section.labels
    wanted = [ROWS, *ALWAYS[:3], REFUSES, ALWAYS[3]] if of_rows else list(ALWAYS)

    said = [label for label in section.labels if of_rows or label != REFUSES]

    assert said == wanted
    assert "```python\n>>> " in section.text


def test_the_sections_that_are_no_methods_are_known() -> None:
    plain = [section for section in sections() if section.title in PLAIN]

    assert {section.title for section in plain} == PLAIN
    assert all(not section.labels for section in plain)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_in_python_is_executed(page: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)

    assert blocks
    assert all(block.startswith(">>> ") and block.endswith("\n\n") for block in blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_of_a_command_can_be_given(page: Path) -> None:
    text = page.read_text().replace("\\\n", "")
    for name, given in re.findall(r"^uv run manage\.py (\w+) (.*)$", text, re.MULTILINE):
        parser = load_command_class("impact", name).create_parser("manage.py", name)

        assert parser.parse_args(given.split()).plan == Path("plan.yaml")


def test_the_table_of_methods_is_that_of_the_handbook() -> None:
    told = {section.link: set(section.pairs) for section in methods()}

    assert listed() == {link: pairs for link, pairs in told.items() if pairs}


def test_the_handbook_tells_of_every_row_of_the_engine_and_of_no_other() -> None:
    told = {pair for pairs in listed().values() for pair in pairs}

    assert {(row.quantity, row.method) for row in every_row()} == told


def test_every_quantity_has_its_scale() -> None:
    table = (DOCS / "estimates.md").read_text().partition("## Methods\n")[0]
    scaled = re.findall(
        r"^\| (\w+(?:, \w+)*) \| (?:natural|fraction|ratio|log|empty)", table, re.MULTILINE
    )

    told = {quantity for pairs in listed().values() for quantity, _ in pairs}

    assert told == {name for names in scaled for name in names.split(", ")}


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=str)
def test_every_link_between_the_documents_leads_somewhere(page: Path) -> None:
    for target, place in re.findall(r"\]\((?!\w+:)([^)#\s]*)#?([^)\s]*)\)", page.read_text()):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), target
        if place:
            titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
            assert place in map(anchor, titles), f"{target}#{place}"
