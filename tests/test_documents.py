"""What the documents show is what the code does."""

import json
import re
from pathlib import Path

import pytest

from experiments.assignment.definition import ExperimentDefinition, VariantDefinition
from experiments.assignment.flag_values import flag_values
from experiments.plan.reading import read_plan
from impact.analysis.estimates import COLUMNS
from impact.records.kinds import ASSIGNMENT_COLUMNS, Column
from impact.records.kinds import COLUMNS as COLUMNS_OF_KINDS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_plan_of_the_documents_can_be_locked() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "plan.md").read_text(), re.DOTALL)

    plan = read_plan(text)

    assert plan.primary.key == "retention"
    assert [metric.kind.value for metric in plan.metrics] == [
        "time_to_event",
        "mean",
        "ratio",
        "proportion",
    ]


def test_the_documents_name_the_columns_in_their_order() -> None:
    assert f"`{', '.join(COLUMNS)}`" in (DOCS / "estimates.md").read_text()


@pytest.mark.parametrize(
    ("kind", "columns"),
    [*COLUMNS_OF_KINDS.items(), ("assignments (`analyze` only)", ASSIGNMENT_COLUMNS)],
)
def test_the_documents_name_the_columns_of_every_file(
    kind: str, columns: tuple[Column, ...]
) -> None:
    required = ", ".join(column.name for column in columns if column.required)
    optional = ", ".join(column.name for column in columns if not column.required)

    assert f"| {kind} | {required} | {optional} |" in (DOCS / "files.md").read_text()


def test_the_types_of_flags_are_what_the_policies_are_served_as() -> None:
    table = (DOCS / "ofrep.md").read_text().partition("## Types")[2].partition("## What is")[0]
    rows = re.findall(r"^\| `(\{.*?\})`, `(\{.*?\})` \| (\w+)", table, re.MULTILINE)
    types = {"object": dict, "string": str, "boolean": bool, "integer": int, "number": float}

    for control, treatment, kind in rows:
        served = flag_values(_definition(json.loads(control), json.loads(treatment)))
        assert [type(value) for value in served.values()] == [types[kind]] * 2
    assert len(rows) == 7


def _definition(control: dict[str, object], treatment: dict[str, object]) -> ExperimentDefinition:
    return ExperimentDefinition(
        key="documented",
        version=1,
        salt="salt_of_documents",
        variants=(
            VariantDefinition(key="control", weight=5000, policy=control, is_control=True),
            VariantDefinition(key="treatment", weight=5000, policy=treatment),
        ),
    )
