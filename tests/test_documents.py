"""What the documents show is what the code does."""

import re
from pathlib import Path

import pytest

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
