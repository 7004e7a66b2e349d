"""The engine: private, frugal, and without downloads."""

from pathlib import Path

import duckdb
import ibis
import pytest

from impact.engine import connect


def test_two_engines_share_neither_tables_nor_the_folder_they_spill_to(tmp_path: Path) -> None:
    first, second = (connect(temp_directory=tmp_path) for _ in range(2))
    first.con.execute("create table mine as select 1 as one")

    folders = [
        engine.con.execute("select current_setting('temp_directory')").fetchone()
        for engine in (first, second)
    ]

    assert folders[0] != folders[1]
    with pytest.raises(duckdb.CatalogException):
        second.con.execute("select one from mine")


def test_what_does_not_fit_spills_and_is_cleaned_up(tmp_path: Path) -> None:
    engine = connect(temp_directory=tmp_path, memory_limit="40MB")

    rows = engine.con.execute(
        "select count(*) from (select range as x, range % 7 as y from range(4000000) order by y, x)"
    ).fetchall()
    engine.disconnect()

    assert rows == [(4_000_000,)]
    assert list(tmp_path.rglob("*.tmp")) == []


def test_an_extension_that_is_not_there_is_not_fetched() -> None:
    with pytest.raises(duckdb.Error):
        connect().con.execute("select * from delta_scan('nowhere')")


def test_dates_are_those_of_utc() -> None:
    found = connect().con.execute("select current_setting('TimeZone')").fetchall()

    assert found == [("UTC",)]


def test_a_slow_query_draws_no_bar_into_what_a_command_writes() -> None:
    found = connect().con.execute("select current_setting('enable_progress_bar')").fetchall()

    assert found == [(False,)]


def test_labels_are_kept_by_number_and_seen_as_text() -> None:
    engine = connect()
    rows = ibis.memtable({"tariff plan": ["pro", "it's", None, "über"], "n": [1, 2, 3, 4]})

    kept = engine.keep(rows, {"tariff plan": ("über", "pro", "it's")})

    types = engine.con.execute(
        "select data_type from duckdb_columns() where table_name = ?", [kept.op().name]
    ).fetchall()
    assert types == [("ENUM('it''s', 'pro', 'über')",), ("BIGINT",)]
    assert kept.order_by("tariff plan")["tariff plan"].to_pyarrow().to_pylist() == [
        "it's",
        "pro",
        "über",
        None,
    ]
    assert kept.filter(kept["tariff plan"] == "nobody's").count().to_pyarrow().as_py() == 0
    assert kept["tariff plan"].fill_null("unknown").max().to_pyarrow().as_py() == "über"


def test_a_label_that_was_not_announced_is_refused() -> None:
    with pytest.raises(duckdb.ConversionException, match="plus"):
        connect().keep(ibis.memtable({"tier": ["plus"]}), {"tier": ("basic",)})
