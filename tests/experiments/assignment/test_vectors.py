"""The published vectors, in every language that assigns or recomputes."""

import shutil
import subprocess

import duckdb
import psycopg
import pytest

from experiments.assignment.batch import assign_many
from experiments.assignment.compiled import compile_experiment
from experiments.assignment.hashing import Purpose, bucket
from experiments.assignment.sql import Dialect, assignment_sql, bucket_sql
from experiments.assignment.units import canonical_id
from tests.services import postgres_url
from tests.vectors import make_assignment_v1
from tests.vectors.assignment import FOLDER, NAMES, PUBLISHED, ROWS, UNITS, Vector, definition

by_experiment = pytest.mark.parametrize("name", NAMES)


def test_the_published_file_is_what_its_script_writes() -> None:
    assert PUBLISHED.read_text(encoding="ascii") == make_assignment_v1.text()
    assert sum(map(len, ROWS.values())) >= 1_000


def test_raw_ids_become_the_published_canonical_ones() -> None:
    assert [canonical_id(pair["raw"]) for pair in UNITS] == [pair["canonical"] for pair in UNITS]


@by_experiment
def test_python_decides_as_published(name: str) -> None:
    compiled = compile_experiment(definition(name))
    decisions = [compiled.decide(row.unit) for row in ROWS[name]]

    assert [(each.eligible, each.assigned_variant) for each in decisions] == [
        (row.eligible, row.variant) for row in ROWS[name]
    ]
    assert [each.bucket for each in decisions] == [
        row.bucket if row.in_layer else None for row in ROWS[name]
    ]


@by_experiment
def test_python_hashes_as_published(name: str) -> None:
    experiment = definition(name)
    salt = experiment.layer.salt if experiment.layer else None

    for row in ROWS[name]:
        assert bucket(Purpose.EXPERIMENT, experiment.salt, row.unit) == row.bucket
        assert salt is None or bucket(Purpose.LAYER, salt, row.unit) == row.layer_bucket


@by_experiment
def test_a_batch_is_decided_as_published(name: str) -> None:
    assignments = assign_many(
        compile_experiment(definition(name)), [row.unit for row in ROWS[name]]
    )

    assert [each.assigned_variant for each in assignments] == [row.variant for row in ROWS[name]]


@by_experiment
def test_duckdb_computes_as_published(name: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(query(name, Dialect.DUCKDB), [unit_ids(name)]).fetchall()

    assert [Vector(*row) for row in rows] == ROWS[name]


@pytest.mark.services
def test_postgresql_computes_as_published() -> None:
    with psycopg.connect(postgres_url()) as connection:
        answers = {
            name: connection.execute(
                query(name, Dialect.POSTGRESQL).replace("%", "%%").replace("?", "%s::text[]"),
                [unit_ids(name)],
            ).fetchall()
            for name in NAMES
        }

    assert {name: [Vector(*row) for row in rows] for name, rows in answers.items()} == ROWS


def test_node_computes_as_published() -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")

    script = str(FOLDER / "check_assignment_v1.mjs")
    done = subprocess.run([node, script], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr


def unit_ids(name: str) -> list[str]:
    return [row.unit for row in ROWS[name]]


def query(name: str, dialect: Dialect) -> str:
    """Return the query that an auditor would run over a table of unit ids."""
    experiment = definition(name)
    layer = experiment.layer
    sql = assignment_sql(experiment, dialect)
    layer_bucket = bucket_sql(dialect, Purpose.LAYER, layer.salt) if layer else "NULL"
    return (
        f"SELECT unit_id, {layer_bucket}, {sql.in_layer}, {sql.bucket}, {sql.eligible}, "  # noqa: S608
        f"{sql.assigned_variant} FROM (SELECT unnest(?) AS unit_id) AS units"
    )
