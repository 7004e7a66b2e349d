"""The published digests of the never treated, in every language that may look for one."""

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import psycopg
import pytest

from experiments.assignment.program import digest
from experiments.assignment.sql import Dialect, digest_sql
from experiments.errors import InvalidDefinition
from tests.services import postgres_url
from tests.vectors import make_never_treat_v1

FOLDER = Path(make_never_treat_v1.__file__).parent
TEXT = (FOLDER / "never_treat_v1.json").read_text(encoding="ascii")
ROWS: list[dict[str, str]] = json.loads(TEXT)["rows"]
SALTS = sorted({row["salt"] for row in ROWS})


def published(salt: str) -> list[tuple[str, str]]:
    return [(row["customer"], row["digest"]) for row in ROWS if row["salt"] == salt]


def query(salt: str, dialect: Dialect) -> str:
    ids = "SELECT unnest(?) AS customer_id"
    return f"SELECT customer_id, {digest_sql(dialect, salt)} FROM ({ids}) AS customers"  # noqa: S608


def test_the_published_file_is_what_its_script_writes() -> None:
    assert make_never_treat_v1.text() == TEXT


def test_python_digests_as_published() -> None:
    assert [digest(row["salt"], row["customer"]) for row in ROWS] == [row["digest"] for row in ROWS]


@pytest.mark.parametrize("salt", SALTS)
def test_duckdb_digests_as_published(salt: str) -> None:
    customers = [customer for customer, _ in published(salt)]

    with duckdb.connect() as connection:
        found = connection.execute(query(salt, Dialect.DUCKDB), [customers]).fetchall()

    assert found == published(salt)


@pytest.mark.services
def test_postgresql_digests_as_published() -> None:
    with psycopg.connect(postgres_url()) as connection:
        for salt in SALTS:
            asked = query(salt, Dialect.POSTGRESQL).replace("?", "%s::text[]")
            customers = [customer for customer, _ in published(salt)]
            assert connection.execute(asked, [customers]).fetchall() == published(salt)


def test_node_digests_as_published() -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")

    script = str(FOLDER / "check_never_treat_v1.mjs")
    done = subprocess.run([node, script], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr


def test_a_column_is_a_name() -> None:
    with pytest.raises(InvalidDefinition, match="column"):
        digest_sql(Dialect.DUCKDB, SALTS[0], "id) --")
