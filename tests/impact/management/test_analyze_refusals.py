"""What the command over files refuses, by name."""

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.impact.management.analysing import day
from tests.impact.management.calm import PLAN, assignments, churn, plan_file, refusal, written


def test_every_line_of_a_broken_plan_is_told(tmp_path: Path) -> None:
    text = PLAN.replace("5000}", "4000}").replace("churn, horizon", "calls, horizon")
    paths = written(tmp_path, assignments=assignments())

    message = refusal(plan_file(tmp_path, text), **paths)

    assert "line 5: weights = a sum of 9000" in message
    assert "line 8: metrics[1].source = calls" in message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "--assignments is required"),
        ({"assignments": "nowhere.csv"}, "assignments = nowhere.csv: must be a file"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, given: dict[str, str], message: str) -> None:
    assert message in refusal(plan_file(tmp_path), **given)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_text("customer,churned_at\n", encoding="utf-8")
    paths = written(tmp_path, assignments=assignments())

    message = refusal(plan_file(tmp_path), churn=str(tmp_path / "left.csv"), **paths)

    assert message.startswith("churn (left.csv), customer_id = ")
    assert message.endswith("the required column is missing")


def test_a_row_of_the_future_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = assignments()
    late = {**rows[0], "unit_id": "late", "assigned_at": "2199-01-01T00:00:00Z"}
    paths = written(tmp_path, assignments=[*rows, late], churn=churn())

    call_command("analyze", plan_file(tmp_path), **paths)

    told = capsys.readouterr().err
    assert f"assignments: 1 of {len(rows) + 1} rows rejected" in told
    assert f"row {len(rows) + 1}: assigned_at = 2199-01-01T00:00:00Z: must not lie in" in told


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")

    message = refusal(plan_file(tmp_path), assignments=str(tmp_path / "a.xlsx"))

    assert "must end in .csv, .parquet" in message


def test_a_plan_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_bytes(b"\xff\xfe\x00key")

    assert "cannot be read as a text" in refusal(str(tmp_path / "plan.yaml"))
    assert "cannot be read as a text" in refusal(str(tmp_path / "nowhere.yaml"))


def test_a_plan_that_is_not_there_is_refused_without_a_number_of_the_system(tmp_path: Path) -> None:
    path = str(tmp_path / "nowhere.yaml")

    assert refusal(path) == f"{path}: cannot be read as a text: there is no such file"


def test_an_unknown_variant_is_refused_by_name_and_row(tmp_path: Path) -> None:
    rows = assignments()
    rows[2] = {**rows[2], "assigned_at": "yesterday"}  # is rejected, and counts as a row
    rows[3], rows[7] = {**rows[3], "variant": "loud"}, {**rows[7], "variant": "silent"}
    paths = written(tmp_path, assignments=rows)

    assert refusal(plan_file(tmp_path), **paths) == (
        "assignments (assignments.csv), row 4: variant = loud: must be one of the plan's "
        "variants: quick, calm (the first of 2 such rows)"
    )


def test_assignments_of_nobody_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "h.csv"
    empty.write_text("unit_id,variant,assigned_at\n", encoding="utf-8")
    unread = written(tmp_path, assignments=[{**row, "assigned_at": "?"} for row in assignments(2)])

    assert refusal(plan_file(tmp_path), assignments=str(empty)) == (
        "assignments (h.csv): has a header and no rows"
    )
    assert refusal(plan_file(tmp_path), **unread) == (
        "assignments (assignments.csv): has 2 rows and none can be read"
    )


def test_a_column_that_nobody_has_is_refused_by_name(tmp_path: Path) -> None:
    paths = written(tmp_path, assignments=assignments())

    message = refusal(plan_file(tmp_path, PLAN.replace("[tier]", "[region]")), **paths)

    assert "region: neither assignments nor customers" in message


def test_an_amount_in_a_strange_currency_is_refused_by_name(tmp_path: Path) -> None:
    money = [
        {
            "transaction_id": "t1",
            "customer_id": "0001",
            "occurred_at": day(85),
            "amount": "5.00",
            "currency": "USD",
        }
    ]
    paths = written(tmp_path, assignments=assignments(), churn=churn(), revenue=money)
    text = PLAN + "economics: {currency: EUR, cost_per_handle_minute: 0.8}\n"

    assert "USD on 2026-03-08" in refusal(plan_file(tmp_path, text), **paths)


def test_a_past_file_that_is_no_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "past.json"
    path.write_text("[]", encoding="utf-8")

    text = refusal(
        plan_file(tmp_path), past=[str(path)], **written(tmp_path, assignments=assignments())
    )

    assert f"--past {path}: is no analysis document" in text


def test_a_binary_report_does_not_go_to_the_terminal(tmp_path: Path) -> None:
    paths = written(tmp_path, assignments=assignments())

    assert "--out" in refusal(plan_file(tmp_path), format="pdf", **paths)
