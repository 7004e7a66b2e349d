"""The published draws of schedules, in every language that draws or recomputes them."""

import shutil
import subprocess

import duckdb
import psycopg
import pytest

from experiments.assignment.compiled import compile_experiment
from experiments.assignment.schedule_sql import schedule_sql
from experiments.assignment.slots import slots
from experiments.assignment.sql import Dialect
from tests.services import postgres_url
from tests.vectors import make_schedule_v1
from tests.vectors.schedule import FOLDER, NAMES, PUBLISHED, ROWS, definition

by_experiment = pytest.mark.parametrize("name", NAMES)


def published(name: str) -> dict[str, str]:
    return {row["slot"]: row["variant"] for row in ROWS[name]}


def test_the_published_file_is_what_its_script_writes() -> None:
    assert PUBLISHED.read_text(encoding="ascii") == make_schedule_v1.text()
    assert sum(map(len, ROWS.values())) >= 1_000


@by_experiment
def test_python_lists_the_published_slots(name: str) -> None:
    schedule = definition(name).schedule
    assert schedule is not None
    listed = [
        (slot.id, slot.block, slot.begins_at.strftime("%Y-%m-%dT%H:%MZ"))
        for slot in slots(schedule)
    ]

    assert listed == [(row["slot"], row["block"], row["begins_at"]) for row in ROWS[name]]


@by_experiment
def test_python_draws_as_published(name: str) -> None:
    compiled = compile_experiment(definition(name))

    decided = {slot: compiled.decide(slot).assigned_variant for slot in published(name)}

    assert decided == published(name)


@by_experiment
def test_duckdb_draws_as_published(name: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE slots (slot_id TEXT, block TEXT)")
        listed = [[row["slot"], row["block"]] for row in ROWS[name]]
        connection.executemany("INSERT INTO slots VALUES (?, ?)", listed)
        drawn = connection.execute(schedule_sql(definition(name), Dialect.DUCKDB)).fetchall()

    assert dict(drawn) == published(name)


@pytest.mark.services
def test_postgresql_draws_as_published() -> None:
    with psycopg.connect(postgres_url()) as connection, connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute("CREATE TEMPORARY TABLE slots (slot_id TEXT, block TEXT)")
            with cursor.copy("COPY slots FROM STDIN") as copy:
                for row in ROWS[name]:
                    copy.write_row([row["slot"], row["block"]])
            cursor.execute(schedule_sql(definition(name), Dialect.POSTGRESQL))
            assert dict(cursor.fetchall()) == published(name)
            cursor.execute("DROP TABLE slots")


def test_node_draws_as_published() -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")

    script = str(FOLDER / "check_schedule_v1.mjs")
    done = subprocess.run([node, script], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr
