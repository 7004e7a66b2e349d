"""The command over files: formats, refusals, rejected rows, and the database left alone."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import load_workbook  # type: ignore[import-untyped]  # ships no types

from impact.analysis.estimates import COLUMNS
from tests.impact.management.analysing import Row, analyze, day, estimate, run, write_csv

PLAN = """\
key: calm
title: Calm or quick
unit: customer
control: quick
weights: {quick: 5000, calm: 5000}
as_of: 2026-06-01
metrics:
  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 60}
  - {key: revenue, role: secondary, kind: mean, source: revenue.amount, window: 30}
segments: [tier]
"""


def assignments(n: int = 60) -> list[Row]:
    return [
        {
            "unit_id": f"{number:04}",
            "variant": ("quick", "calm")[number % 2],
            "assigned_at": day(90),
            "tier": ("gold", "silver")[number // 2 % 2],
        }
        for number in range(n)
    ]


def churn(n: int = 60) -> list[Row]:
    return [
        {"customer_id": f"{number:04}", "churned_at": day(80 - number)} for number in range(0, n, 3)
    ]


def refusal(*arguments: str, **options: object) -> str:
    with pytest.raises(CommandError) as error:
        call_command("analyze", *arguments, stdout=io.StringIO(), **options)
    assert error.value.returncode == 2
    return str(error.value)


def written(folder: Path, **tables: Sequence[Row]) -> dict[str, str]:
    return {name: str(write_csv(folder / f"{name}.csv", rows)) for name, rows in tables.items()}


def plan_file(folder: Path, text: str = PLAN) -> str:
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_document_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    document = analyze(tmp_path, PLAN, assignments=assignments(), churn=churn())

    assert set(document) >= {
        *("experiment", "plan_sha256", "data_sha256", "as_of", "version"),
        *("arms", "checks", "estimates", "curves", "decision"),
    }
    assert document["arms"] == [
        {"variant": "quick", "n_units": 30, "n_eligible": 30, "n_mature": 30},
        {"variant": "calm", "n_units": 30, "n_eligible": 30, "n_mature": 30},
    ]
    assert set(document["estimates"][0]) == set(COLUMNS)
    assert estimate(document, quantity="hazard_ratio", method="cox")["events_variant"] == 10


def test_a_table_that_was_not_given_leaves_a_reason_in_its_row(tmp_path: Path) -> None:
    document = analyze(tmp_path, PLAN, assignments=assignments(), churn=churn())

    row = estimate(document, metric="revenue")
    assert (row["value"], row["note"]) == (None, "no revenue data were given")


def test_the_data_hash_follows_the_contents_and_not_the_names(tmp_path: Path) -> None:
    def hashed(folder: str, n: int) -> object:
        (tmp_path / folder).mkdir()
        tables = {"assignments": assignments(), "churn": churn(n)}
        return analyze(tmp_path / folder, PLAN, **tables)["data_sha256"]

    assert hashed("first", 60) == hashed("second", 60) != hashed("third", 30)


def test_the_table_is_for_reading(tmp_path: Path) -> None:
    text = run(tmp_path, PLAN, "table", assignments=assignments(), churn=churn())

    assert text.startswith("Calm or quick\n=============\n")
    assert "May we trust it?" in text
    assert "Hazard ratio of churn" in text
    assert "no revenue data were given" in text


def test_the_csv_has_one_line_per_estimate(tmp_path: Path) -> None:
    text = run(tmp_path, PLAN, "csv", assignments=assignments(), churn=churn())

    header, *lines = text.splitlines()
    assert header == ",".join(COLUMNS)
    assert len(lines) > 10


@pytest.mark.parametrize(
    ("written_as", "start"), [("html", b"<!DOCTYPE html>"), ("pdf", b"%PDF-"), ("xlsx", b"PK")]
)
def test_the_report_goes_to_a_file(tmp_path: Path, written_as: str, start: bytes) -> None:
    out = tmp_path / f"report.{written_as}"
    paths = written(tmp_path, assignments=assignments(), churn=churn())

    call_command("analyze", plan_file(tmp_path), format=written_as, out=str(out), **paths)

    assert out.read_bytes().lower().startswith(start.lower())
    if written_as == "xlsx":
        assert load_workbook(out).sheetnames


def test_a_binary_report_does_not_go_to_the_terminal(tmp_path: Path) -> None:
    paths = written(tmp_path, assignments=assignments())

    assert "--out" in refusal(plan_file(tmp_path), format="pdf", **paths)


def test_rejected_rows_are_counted_and_the_rest_is_analysed(tmp_path: Path) -> None:
    wrong = [{**row, "assigned_at": "yesterday"} for row in assignments(2)]
    paths = written(tmp_path, assignments=[*wrong, *assignments()], churn=churn())
    shown, told = io.StringIO(), io.StringIO()

    call_command("analyze", plan_file(tmp_path), format="json", stdout=shown, stderr=told, **paths)

    assert json.loads(shown.getvalue())["arms"][0]["n_units"] == 30
    assert "assignments: 2 of 62 rows rejected" in told.getvalue()
    assert "row 1: assigned_at = yesterday" in told.getvalue()


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


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")

    message = refusal(plan_file(tmp_path), assignments=str(tmp_path / "a.xlsx"))

    assert "must end in .csv, .parquet" in message


def test_a_plan_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_bytes(b"\xff\xfe\x00key")

    assert "cannot be read as a text" in refusal(str(tmp_path / "plan.yaml"))
    assert "cannot be read as a text" in refusal(str(tmp_path / "nowhere.yaml"))


def test_an_unknown_variant_is_refused_by_name(tmp_path: Path) -> None:
    paths = written(tmp_path, assignments=[{**assignments(1)[0], "variant": "loud"}])

    assert "variant = loud" in refusal(plan_file(tmp_path), **paths)


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


def test_the_command_needs_no_database_and_makes_none(tmp_path: Path) -> None:
    paths = written(tmp_path, assignments=assignments(), churn=churn())
    files = [text for name, path in paths.items() for text in (f"--{name}", path)]

    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "manage.py", "analyze", plan_file(tmp_path), *files, "--format", "json"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "EQUIPOISE_VAR": str(tmp_path / "var")},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["experiment"] == "calm"
    assert not list((tmp_path / "var").glob("*.sqlite3*"))


def checks(document: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["status"] for check in document["checks"]}


def test_a_broken_split_is_found(tmp_path: Path) -> None:
    rows = [row for row in assignments(2000) if row["variant"] == "quick" or row["tier"] == "gold"]

    document = analyze(tmp_path, PLAN, assignments=rows, churn=churn())

    assert checks(document)["sample_ratio"] == "fail"
    assert document["decision"]["verdict"] != "ship"


def test_files_with_only_a_header_give_rows_of_reasons(tmp_path: Path) -> None:
    (tmp_path / "assignments.csv").write_text("unit_id,variant,assigned_at,tier\n")
    (tmp_path / "churn.csv").write_text("customer_id,churned_at\n")
    shown = io.StringIO()

    call_command(
        "analyze",
        plan_file(tmp_path, PLAN.replace("segments: [tier]\n", "")),
        format="json",
        stdout=shown,
        assignments=str(tmp_path / "assignments.csv"),
        churn=str(tmp_path / "churn.csv"),
    )

    document = json.loads(shown.getvalue())
    assert [arm["n_units"] for arm in document["arms"]] == [0, 0]
    assert all(row["value"] is None and row["note"] for row in document["estimates"])


def test_segments_have_their_interaction_and_their_effects_after_shrinkage(tmp_path: Path) -> None:
    tables = {"assignments": assignments(240), "churn": churn(240)}

    document = analyze(tmp_path, PLAN, **tables)
    html = run(tmp_path, PLAN, "html", **tables)

    interaction = estimate(document, quantity="interaction", metric="kept")
    assert (interaction["term"], interaction["variant"], interaction["df"]) == ("tier", "calm", 1.0)
    drawn = estimate(document, method="empirical_bayes", segment="tier=gold")
    assert drawn["quantity"] == "hazard_ratio"
    assert "No difference of the effect by tier is shown (interaction test, exploratory" in html
    assert "After shrinkage" in html
    assert "no decision rests on a segment" in html


def test_a_bayesian_view_learns_from_the_documents_of_past_experiments(tmp_path: Path) -> None:
    plan = PLAN + "bayesian: {worthwhile: 0.05}\n"
    tables = {"assignments": assignments(240), "churn": churn(240)}
    alone = analyze(tmp_path, plan, **tables)
    paths = []
    for place in range(6):
        path = tmp_path / f"past_{place}.json"
        path.write_text(json.dumps({**alone, "experiment": f"earlier_{place}"}), encoding="utf-8")
        paths.append(str(path))

    shown = io.StringIO()
    call_command(
        "analyze",
        plan_file(tmp_path, plan),
        past=paths,
        format="json",
        stdout=shown,
        **written(tmp_path, **tables),
    )

    (first,), (learnt,) = alone["bayesian"], json.loads(shown.getvalue())["bayesian"]
    assert first["prior_from"].startswith("weakly informative")
    assert learnt["prior_from"] == "learnt from 6 past experiments"
    assert learnt["sd"] < first["sd"]
    assert 0 < first["probability_of_harm"] < 1
    assert "A Bayesian view" in run(tmp_path, plan, "html", **tables)


def test_a_past_file_that_is_no_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "past.json"
    path.write_text("[]", encoding="utf-8")

    text = refusal(
        plan_file(tmp_path), past=[str(path)], **written(tmp_path, assignments=assignments())
    )

    assert f"--past {path}: is no analysis document" in text


def test_an_experiment_at_the_same_time_is_checked_by_its_column(tmp_path: Path) -> None:
    plan = PLAN.replace("segments: [tier]", "neighbours: [tone]")
    rows = [
        {**row, "neighbour_tone": ("warm", "cold", "")[place // 2 % 3]}
        for place, row in enumerate(assignments(240))
    ]

    document = analyze(tmp_path, plan, assignments=rows, churn=churn(240))

    (check,) = [check for check in document["checks"] if check["name"] == "overlap"]
    assert check["message"].startswith("66.7% of 240 customers were in tone as well.")
    assert estimate(document, quantity="interaction", metric="kept")["term"] == "neighbour_tone"
    assert not any(row["segment"].startswith("neighbour") for row in document["estimates"])
