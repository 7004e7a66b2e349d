"""The statements of an audit: what each row of the log must be, and which rows are not."""

from dataclasses import replace
from typing import NamedTuple

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.saturation_sql import SaturationSql, saturation_sql
from experiments.assignment.schedule import Schedule
from experiments.assignment.schedule_sql import schedule_sql
from experiments.assignment.slots import slots
from experiments.assignment.sql import Dialect, assignment_sql

MOST_LISTED = 20
COLUMNS = (
    *("assignment_id", "unit_id", "version", "bucket", "assigned_variant", "eligible"),
    "queue",
)
NOBODY = "nobody: outside of the layer, or not covered"
NO_SLOT = "nobody: no slot of the schedule"


class Difference(NamedTuple):
    """A row of the log that contradicts the salts: what it says, and what they give."""

    assignment_id: str
    rule: str
    recorded: str
    recomputed: str


class _Rule(NamedTuple):
    """SQL: when a row is wrong, what it says and what it should say."""

    name: str
    is_broken: str
    recorded: str
    recomputed: str


def differences_sql(definition: ExperimentDefinition, dialect: Dialect, *, widest: int) -> str:
    """Return the SELECT of all differences among the rows of one version in the table `log`.

    Its columns are those of `Difference`. `widest` is the largest coverage that ever was: a ramp
    moves nobody, so that an eligible unit has the arm that it has under the widest.

    Targeting is not recomputed: attributes are in no hash. The rows that the log calls eligible
    must have the arm of their bucket, or of their slot in a schedule; all others control.
    """
    log = f"SELECT * FROM log WHERE version = {definition.version}"  # noqa: S608  # a number
    if definition.saturation is not None:
        sql = saturation_sql(definition, dialect)
        log = f"SELECT ours.*, {sql.saturation} AS saturation FROM ({log}) AS ours"  # noqa: S608
        rules = _saturation_rules(definition, sql)
    elif definition.schedule is not None:
        drawn = _drawn_sql(definition, definition.schedule, dialect)
        log = (
            f"SELECT ours.*, variant FROM ({log}) AS ours "  # noqa: S608
            f"LEFT JOIN ({drawn}) AS drawn ON unit_id = slot_id"
        )
        rules = _slot_rules()
    else:
        rules = _hash_rules(definition, dialect, widest)
    selects = (
        f"SELECT assignment_id, '{rule.name}' AS rule, {rule.recorded} AS recorded, "  # noqa: S608  # names and salts are ours
        f"{rule.recomputed} AS recomputed FROM checked WHERE {rule.is_broken}"
        for rule in (*rules, _control(definition))
    )
    return f"WITH checked AS ({log}) {' UNION ALL '.join(selects)}"


def counted_sql(differences: str) -> str:
    """Return the SELECT of the number of differences."""
    return f"SELECT count(*) FROM ({differences}) AS differences"  # noqa: S608  # our own text


def listed_sql(differences: str) -> str:
    """Return the SELECT of the first differences, in the order of their ids."""
    return f"SELECT * FROM ({differences}) AS differences ORDER BY 1, 2 LIMIT {MOST_LISTED}"  # noqa: S608  # our own text


def _control(definition: ExperimentDefinition) -> _Rule:
    control = definition.control.key
    broken = f"NOT eligible AND assigned_variant <> '{control}'"
    return _Rule("assigned_variant", broken, "assigned_variant", f"'{control}'")


def _hash_rules(
    definition: ExperimentDefinition, dialect: Dialect, widest: int
) -> tuple[_Rule, ...]:
    sql = assignment_sql(replace(definition, targeting={}, coverage=widest), dialect)
    wrong_arm = f"eligible AND {sql.eligible} AND assigned_variant <> {sql.assigned_variant}"
    return (
        _Rule("bucket", f"bucket <> {sql.bucket}", _text("bucket"), _text(sql.bucket)),
        _Rule("eligible", f"eligible AND NOT ({sql.eligible})", "'eligible'", f"'{NOBODY}'"),
        _Rule("assigned_variant", wrong_arm, "assigned_variant", sql.assigned_variant),
    )


def _saturation_rules(definition: ExperimentDefinition, sql: SaturationSql) -> tuple[_Rule, ...]:
    """Return the rules of two stages; only queues are columns of the log, so only they are drawn.

    Of teams and windows the share stands in the attributes: of those the unit's bucket is held.
    """
    bucket = _Rule("bucket", f"bucket <> {sql.bucket}", _text("bucket"), _text(sql.bucket))
    if definition.saturation is None or definition.saturation.cluster != "queue":
        return (bucket,)
    wrong_arm = f"eligible AND {sql.eligible} AND assigned_variant <> {sql.assigned_variant}"
    return (
        bucket,
        _Rule("assigned_variant", wrong_arm, "assigned_variant", sql.assigned_variant),
    )


def _slot_rules() -> tuple[_Rule, ...]:
    wrong_arm = "eligible AND assigned_variant <> variant"
    return (
        _Rule("eligible", "eligible AND variant IS NULL", "'eligible'", f"'{NO_SLOT}'"),
        _Rule("assigned_variant", wrong_arm, "assigned_variant", "variant"),
    )


def _drawn_sql(definition: ExperimentDefinition, schedule: Schedule, dialect: Dialect) -> str:
    """Return the SELECT of every slot and its variant; only the list of slots is given."""
    listed = ", ".join(f"('{slot.id}', '{slot.block}')" for slot in slots(schedule))
    drawn = schedule_sql(definition, dialect)
    return (
        f"WITH slots (slot_id, block) AS (VALUES {listed}) "  # noqa: S608
        f"SELECT slot_id, assigned_variant AS variant FROM ({drawn}) AS slots_drawn"
    )


def _text(expression: str) -> str:
    return f"CAST({expression} AS VARCHAR)"
