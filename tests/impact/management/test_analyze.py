"""The command over files: formats, rejected rows, and the database left alone."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from openpyxl import load_workbook  # type: ignore[import-untyped]  # ships no types

from impact.analysis.estimates import COLUMNS
from tests.impact.management.analysing import analyze, estimate, run
from tests.impact.management.calm import PLAN, assignments, churn, plan_file, written


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


def test_rejected_rows_are_counted_and_the_rest_is_analysed(tmp_path: Path) -> None:
    wrong = [{**row, "assigned_at": "yesterday"} for row in assignments(2)]
    paths = written(tmp_path, assignments=[*wrong, *assignments()], churn=churn())
    shown, told = io.StringIO(), io.StringIO()

    call_command("analyze", plan_file(tmp_path), format="json", stdout=shown, stderr=told, **paths)

    assert json.loads(shown.getvalue())["arms"][0]["n_units"] == 30
    assert "assignments: 2 of 62 rows rejected" in told.getvalue()
    assert "row 1: assigned_at = yesterday" in told.getvalue()


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


def test_a_churn_file_with_only_a_header_says_that_nobody_left(tmp_path: Path) -> None:
    (tmp_path / "left.csv").write_text("customer_id,churned_at\n")
    shown = io.StringIO()

    call_command(
        "analyze",
        plan_file(tmp_path),
        format="json",
        stdout=shown,
        churn=str(tmp_path / "left.csv"),
        **written(tmp_path, assignments=assignments()),
    )

    document = json.loads(shown.getvalue())
    assert [arm["n_units"] for arm in document["arms"]] == [30, 30]
    kept = [row for row in document["estimates"] if row["quantity"] == "survival_probability"]
    assert kept
    assert {row["value"] for row in kept} == {1.0}
    ratios = [row for row in document["estimates"] if row["quantity"] == "hazard_ratio"]
    assert all(row["value"] is None and row["note"] for row in ratios)
    assert document["decision"]["verdict"] == "not_identified"


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
