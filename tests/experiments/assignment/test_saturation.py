"""Clusters that draw a share, units hashed inside: published answers, balance and refusals."""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from experiments.assignment.compiled import compile_experiment
from experiments.assignment.decision import Reason
from experiments.assignment.definition import ExperimentDefinition, VariantDefinition
from experiments.assignment.documents import definition_from, document_of
from experiments.assignment.saturation import Level, Saturation, label, saturation_of
from experiments.assignment.saturation_sql import saturation_sql
from experiments.assignment.schedule import schedule_of
from experiments.assignment.schedule_sql import schedule_sql
from experiments.assignment.slots import slots
from experiments.assignment.sql import Dialect
from experiments.errors import InvalidDefinition
from tests.services import postgres_url
from tests.vectors import make_saturation_v1

FOLDER = Path(make_saturation_v1.__file__).parent
VECTORS: dict[str, Any] = json.loads((FOLDER / "saturation_v1.json").read_text(encoding="ascii"))
NAMES = [setup["name"] for setup in VECTORS["experiments"]]
SCHEDULE = {"starts_on": "2026-11-30", "weeks": 4, "block_weeks": 4}
by_experiment = pytest.mark.parametrize("name", NAMES)


def definition(name: str = "quarters", **changes: object) -> ExperimentDefinition:
    setup = next(setup for setup in VECTORS["experiments"] if setup["name"] == name)
    plain = ExperimentDefinition(
        key=name,
        version=1,
        salt=setup["salt"],
        coverage=setup["coverage"],
        saturation=Saturation(
            cluster="queue",
            levels=tuple(Level(share=share, weight=weight) for share, weight in setup["levels"]),
        ),
        variants=tuple(
            VariantDefinition(key=key, weight=weight, is_control=key == "control")
            for key, weight in setup["weights"]
        ),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name fields


def by_window() -> ExperimentDefinition:
    levels = definition().saturation
    assert levels is not None
    return definition(
        saturation=replace(levels, cluster="window_id"), schedule=schedule_of(SCHEDULE)
    )


def published(name: str) -> list[tuple[str, int, bool, str]]:
    return [
        (label(row["share"]), row["bucket"], row["eligible"], row["variant"])
        for row in VECTORS["rows"]
        if row["experiment"] == name
    ]


def asked(name: str) -> list[tuple[str, str]]:
    rows = VECTORS["rows"]
    return [(row["cluster"], row["unit"]) for row in rows if row["experiment"] == name]


def test_the_published_file_is_what_its_script_writes() -> None:
    text = (FOLDER / "saturation_v1.json").read_text(encoding="ascii")
    assert text == make_saturation_v1.text()
    assert len(VECTORS["rows"]) >= 1_000


@by_experiment
def test_python_decides_as_published(name: str) -> None:
    compiled = compile_experiment(definition(name))
    answers = []
    for cluster, unit in asked(name):
        attributes = {"queue": cluster}
        found = compiled.decide(unit, attributes)
        share = str(compiled.drawn(attributes)["saturation"])
        answers.append((share, found.bucket, found.eligible, found.assigned_variant))

    assert answers == published(name)


@by_experiment
def test_duckdb_computes_as_published(name: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE asked (place INTEGER, queue TEXT, unit_id TEXT)")
        rows = [[place, *pair] for place, pair in enumerate(asked(name))]
        connection.executemany("INSERT INTO asked VALUES (?, ?, ?)", rows)
        found = connection.execute(query(name, Dialect.DUCKDB)).fetchall()

    assert found == published(name)


@pytest.mark.services
def test_postgresql_computes_as_published() -> None:
    with psycopg.connect(postgres_url()) as connection, connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute("CREATE TEMPORARY TABLE asked (place INT, queue TEXT, unit_id TEXT)")
            with cursor.copy("COPY asked FROM STDIN") as copy:
                for place, pair in enumerate(asked(name)):
                    copy.write_row([place, *pair])
            cursor.execute(query(name, Dialect.POSTGRESQL))
            assert cursor.fetchall() == published(name)
            cursor.execute("DROP TABLE asked")


def test_node_computes_as_published() -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")

    script = str(FOLDER / "check_saturation_v1.mjs")
    done = subprocess.run([node, script], capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr


def query(name: str, dialect: Dialect) -> str:
    sql = saturation_sql(definition(name), dialect)
    return (
        f"SELECT saturation, {sql.bucket}, {sql.eligible}, {sql.assigned_variant} "  # noqa: S608
        f"FROM (SELECT *, {sql.saturation} AS saturation FROM asked) AS drawn ORDER BY place"
    )


def test_a_higher_share_only_adds_treated_units() -> None:
    compiled = compile_experiment(definition())
    queues = {
        compiled.drawn({"queue": f"queue {number}"})["saturation"]: f"queue {number}"
        for number in range(40)
    }

    treated = {
        share: {
            unit
            for unit in map(str, range(2_000))
            if compiled.decide(unit, {"queue": queue}).assigned_variant == "patient"
        }
        for share, queue in queues.items()
    }

    assert treated["0"] == set()
    assert treated["25"] < treated["50"] < treated["75"]
    for share in (25, 50, 75):
        assert len(treated[str(share)]) / 2_000 == pytest.approx(share / 100, abs=0.035)


def test_without_its_cluster_a_unit_is_not_eligible() -> None:
    compiled = compile_experiment(definition())

    for attributes in ({}, {"queue": ""}, {"queue": 7}):
        decision = compiled.decide("0012", attributes)
        assert (decision.eligible, decision.served_variant) == (False, "control")
        assert decision.reason is Reason.NO_CLUSTER
        assert compiled.drawn(attributes) == {}


def test_windows_draw_their_shares_in_blocks() -> None:
    compiled = compile_experiment(by_window())

    met = Counter(
        (slot.block, compiled.drawn({"window_id": slot.id})["saturation"])
        for slot in slots(schedule_of(SCHEDULE))
    )

    assert set(met.values()) == {1}
    assert {share for _, share in met} == {"0", "25", "50", "75"}


def test_outside_of_the_schedule_nobody_takes_part() -> None:
    compiled = compile_experiment(by_window())
    known = compiled.at(datetime(2027, 3, 1, tzinfo=UTC))

    assert compiled.decide("0012", known).reason is Reason.NOT_SCHEDULED


def test_an_auditor_draws_the_shares_of_windows_in_sql() -> None:
    compiled = compile_experiment(by_window())
    known = list(slots(schedule_of(SCHEDULE)))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE slots (slot_id TEXT, block TEXT)")
        rows = [[slot.id, slot.block] for slot in known]
        connection.executemany("INSERT INTO slots VALUES (?, ?)", rows)
        drawn = connection.execute(schedule_sql(by_window(), Dialect.DUCKDB)).fetchall()

    shares = {slot.id: compiled.drawn({"window_id": slot.id})["saturation"] for slot in known}
    assert dict(drawn) == shares


def test_a_saturation_travels_in_the_document_of_its_definition() -> None:
    given = json.loads(json.dumps(document_of(by_window())))

    assert definition_from(given) == by_window()


LEVELS = [{"share": 0, "weight": 5000}, {"share": 5000, "weight": 5000}]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"levels": LEVELS}, "saturation"),
        ({"cluster": "queue", "levels": LEVELS, "seed": 1}, "saturation"),
        ({"cluster": "region", "levels": LEVELS}, "saturation.cluster"),
        ({"cluster": 7, "levels": LEVELS}, "saturation.cluster"),
        ({"cluster": "queue", "levels": LEVELS[:1]}, "saturation.levels"),
        ({"cluster": "queue", "levels": [LEVELS[0], LEVELS[0]]}, "saturation.levels"),
        ({"cluster": "queue", "levels": [{"share": 0}]}, "saturation.levels[0]"),
        (
            {"cluster": "queue", "levels": [LEVELS[0], {"share": 5000, "weight": 4000}]},
            "saturation.levels",
        ),
        (
            {"cluster": "queue", "levels": [LEVELS[0], {"share": 10001, "weight": 5000}]},
            "saturation.levels[1].share",
        ),
        (
            {"cluster": "queue", "levels": [LEVELS[0], {"share": "50", "weight": 5000}]},
            "saturation.levels[1].share",
        ),
        (
            {"cluster": "queue", "levels": [LEVELS[0], {"share": 100, "weight": 5000}]},
            "saturation.levels[1].share",
        ),
    ],
)
def test_a_broken_saturation_is_refused_by_name(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        saturation_of(document)

    assert field in [each.field for each in refused.value.violations]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "queue"}, "unit"),
        ({"schedule": schedule_of(SCHEDULE)}, "schedule"),
        (
            {
                "variants": (
                    VariantDefinition(key="control", weight=10000, is_control=True),
                    VariantDefinition(key="patient", weight=0),
                )
            },
            "variants",
        ),
    ],
)
def test_what_does_not_go_with_a_saturation_is_refused(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        replace(definition(), **changes)  # type: ignore[arg-type]  # the tests name fields

    assert [each.field for each in refused.value.violations] == [field]
