"""What docs/client.md shows and says is what the client does."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from experiments.assignment.decision import Reason
from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.documents import document_of
from experiments.client import Assignment, Client, Options
from experiments.client.status import Status
from tests.experiments.client.peer import definition

TEXT = (Path(__file__).parents[3] / "docs" / "client.md").read_text()


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)(?:\(\))?`", cell))


def test_every_property_of_an_answer_is_named() -> None:
    table = TEXT.partition("| of an answer |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines()[2:] for name in names_in(row.split("|")[1])}
    inner = {*Assignment._fields, "count", "index", "experiment"} - {"bucket"}
    public = {name for name in dir(Assignment) if not name.startswith("_")} - inner

    assert named == public


def test_every_reason_is_named() -> None:
    (row,) = [line for line in TEXT.splitlines() if line.startswith("| `reason` |")]

    assert {each.value for each in Reason} - {"no_cluster"} <= set(re.findall(r"[a-z_]+", row))


def test_what_is_named_of_the_status_exists() -> None:
    broken = TEXT.partition("## When everything")[2].partition("## Keys")[0]
    cells = [row.split("|")[3] for row in broken.splitlines() if row.startswith("| ")]
    named = {name for cell in cells for name in names_in(cell)} - {"status"}

    assert named <= {each.name for each in fields(Status)} | {"is_ready"}
    assert len(named) > 8


def test_the_defaults_are_those_of_the_options() -> None:
    plain = Options(address="http://a", api_key="k", signing_keys={"k1": "x" * 32})

    assert f"every {plain.interval} s" in TEXT
    assert f"up to {plain.longest_pause:.0f} s" in TEXT
    assert f"after {plain.stale_after:.0f} s marked `stale`" in TEXT
    assert f"at most {plain.most_waiting:,}" in TEXT


def test_what_a_document_leaves_out_is_as_it_says() -> None:
    left_out = {each.name for each in fields(ExperimentDefinition)} - set(document_of(definition()))

    assert left_out == {
        *("unit", "hash_version", "coverage", "targeting", "layer", "forced"),
        *("schedule", "saturation", "program", "requires", "paused", "killed"),
    }


def test_the_python_that_is_shown_uses_what_there_is() -> None:
    shown = "\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
    calls = [node for node in ast.walk(ast.parse(shown)) if isinstance(node, ast.Call)]
    keywords = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr: {
            str(each.arg) for each in node.keywords
        }
        for node in calls
        if isinstance(node.func, ast.Name | ast.Attribute)
    }

    assert keywords["Options"] <= {each.name for each in fields(Options)}
    code = Client.assign.__code__
    assert keywords["assign"] <= set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
