"""A replay through the command: files in, rates and real spreads out."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from impact import lake
from tests.impact.replay.histories import PLAN_TEXT, tables

DAYS = {"since": "2026-01-01", "until": "2026-03-02", "before": "2026-05-01"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    for name, table in tables().items():
        kept = [column for column in table.column_names if column != "row_number"]
        pq.write_table(table.select(kept), folder / f"{name}.parquet")
    (folder / "plan.yaml").write_text(PLAN_TEXT, encoding="utf-8")
    return folder


def run(folder: Path, *further: str, tables: tuple[str, ...] = (), **options: int | str) -> str:
    shown, said = io.StringIO(), io.StringIO()
    names = tables or ("contacts", "churn", "revenue", "customers")
    paths = [f"--{name}={folder / name}.parquet" for name in names]
    days = [f"--{name}={day}" for name, day in (DAYS | options).items()]
    plan = str(folder / "plan.yaml")
    call_command("replay", plan, *paths, *days, *further, stdout=shown, stderr=said)
    return shown.getvalue()


def document(folder: Path, *further: str, **options: int | str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(folder, "--format=json", *further, tables=(), **options))
    return found


def metric(found: dict[str, Any], key: str) -> dict[str, Any]:
    (row,) = [row for row in found["metrics"] if row["metric"] == key]
    return dict(row)


def test_nothing_put_in_is_seldom_found(files: Path) -> None:
    found = document(files, repeats=20)

    assert (found["kind"], found["draws"], found["alpha"]) == ("A/A", 20, 0.05)
    assert found["units"] > 200
    for row in found["metrics"]:
        assert row["answered"] == 20
        assert row["found"]["low"] <= row["found"]["value"] <= 0.3
        assert row["verdict"] == "as stated"
    assert metric(found, "spent")["error_ratio"] == pytest.approx(1, abs=0.5)


def test_the_real_spread_of_each_metric_is_told(files: Path) -> None:
    found = {row["metric"]: row for row in document(files, repeats=1)["profile"]}

    assert 0 < found["retention"]["monthly_churn"] < 0.2
    assert found["spent"]["variation"] == pytest.approx(0.4, abs=0.1)
    assert found["spent"]["reduction"] > 0.5
    assert found["resolved"]["baseline"] > 0.7
    assert found["handle"]["mean"] == pytest.approx(360, rel=0.15)


def test_a_margin_is_ruled_out_as_often_as_it_is_wide(files: Path, tmp_path: Path) -> None:
    text = PLAN_TEXT.replace("key: handle,", "key: handle, margin: 400,")
    text = text.replace("key: spent,", "key: spent, margin: 0.001,")
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    for table in files.glob("*.parquet"):
        (tmp_path / table.name).symlink_to(table)

    found = document(tmp_path, repeats=5)

    assert metric(found, "handle")["safe"]["value"] == 1
    assert metric(found, "spent")["safe"]["value"] < 1
    assert metric(found, "resolved")["safe"] is None
    assert "safe" in run(tmp_path, repeats=1).split("retention")[0]


def test_a_large_effect_put_in_is_found(files: Path) -> None:
    found = document(files, "--effect=spent=0.5", "--effect=handle=0.6", repeats=4)

    assert found["kind"] == "A/B"
    assert metric(found, "spent")["found"]["value"] == 1
    assert metric(found, "handle")["found"]["value"] == 1
    assert metric(found, "handle")["wrong_way"] == 0
    assert metric(found, "resolved")["effect"] is None


def test_the_same_seed_gives_the_same_document(files: Path) -> None:
    assert document(files, repeats=3, seed=8) == document(files, repeats=3, seed=8)


def test_people_read_a_table(files: Path, tmp_path: Path) -> None:
    run(files, f"--out={tmp_path / 'replay.txt'}", repeats=2)

    text = (tmp_path / "replay.txt").read_text(encoding="utf-8")
    assert "A/A replay of patience" in text
    assert "joined before 2026-03-02" in text
    assert "monthly churn" in text


def test_a_metric_without_data_has_its_reason(files: Path) -> None:
    text = run(files, repeats=2, tables=("contacts", "churn", "customers"))

    assert "spent, care: no revenue data were given" in text


@pytest.mark.parametrize(
    ("further", "options", "said"),
    [
        ((), {"repeats": 0}, "repeats = 0: must be 1 to 100,000"),
        ((), {"until": "2026-06-01"}, "until = 2026-06-01: must not be after --before"),
        ((), {"since": "2026-03-02"}, "since = 2026-03-02: must be before --until"),
        ((), {"since": "2026-02-30"}, "invalid fromisoformat value"),
        (("--lake",), {}, "one of the two"),
        (("--effect=nothing=0.1",), {}, "effect = nothing=0.1: must be a metric of the plan"),
        (("--effect=spent=much",), {}, "effect = spent=much"),
        (("--effect=spent=1.5",), {}, "a share above 0 and below 1"),
        (("--effect=wait=0.1",), {}, "is not identified: all variants wait in the same queue"),
        (("--effect=resolved=0.9",), {}, "cannot raise a share of"),
        (("--effect=spent=0.1", "--adherence=0"), {}, "adherence = 0"),
    ],
)
def test_a_question_that_cannot_be_replayed_is_refused_by_name(
    files: Path, further: tuple[str, ...], options: dict[str, int | str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(files, *further, tables=(), **options)


def test_the_services_own_lake_is_the_history_that_files_are(files: Path) -> None:
    arrived = datetime(2026, 5, 2, tzinfo=UTC)
    for name, given in tables().items():
        origin = {"batch_id": ["b1"] * given.num_rows, "received_at": [arrived] * given.num_rows}
        columns = {column: given[column] for column in given.column_names} | origin
        schema = lake.schema(name)
        if further := sorted(set(columns) - set(schema.names) - {"row_number"}):
            rest = given.select(further).to_pylist()
            columns["attributes"] = [json.dumps(attributes) for attributes in rest]
        rows = pa.table({column: columns[column] for column in schema.names})
        lake.append(name, rows.cast(schema), batch_id="b1")
    shown = io.StringIO()
    days = [f"--{name}={day}" for name, day in DAYS.items()]
    call_command(
        "replay", str(files / "plan.yaml"), "--lake", "--format=json", "--repeats=2", *days,
        stdout=shown, stderr=io.StringIO(),
    )  # fmt: skip

    from_lake = json.loads(shown.getvalue())

    from_files = document(files, repeats=2)
    assert from_lake["units"] == from_files["units"]
    assert [row["found"] for row in from_lake["metrics"]] == [
        row["found"] for row in from_files["metrics"]
    ]
    for ours, theirs in zip(from_lake["profile"], from_files["profile"], strict=True):
        named = {name: value for name, value in ours.items() if isinstance(value, float)}
        assert named == pytest.approx({name: theirs[name] for name in named}, rel=1e-9)
        assert ours["metric"] == theirs["metric"]


def test_an_effect_on_a_metric_without_data_is_refused(files: Path) -> None:
    with pytest.raises(CommandError, match="effect = spent: no revenue data were given"):
        run(files, "--effect=spent=0.1", tables=("contacts", "churn", "customers"))
