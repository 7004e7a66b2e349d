"""What each row of the log must be, as SQL: the bucket, the share of the cluster, the arm."""

from dataclasses import replace

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.hashing import Purpose
from experiments.assignment.placing import SATURATION
from experiments.assignment.saturation import Saturation
from experiments.assignment.saturation_sql import saturation_sql, share_owner_sql
from experiments.assignment.schedule import WINDOW, Schedule
from experiments.assignment.schedule_sql import schedule_sql
from experiments.assignment.slots import slots
from experiments.assignment.sql import Dialect, bucket_sql, layer_sql, owner_sql
from experiments.audit.versions import Version

_RECORDED = "assignment_id, unit_id, bucket, assigned_variant, eligible, source"
_OF_QUEUES = "coalesce(nullif(queue, ''), (attributes ->> 'queue'))"
_NO_BUCKET = "CAST(NULL AS BIGINT)"


def checked_sql(version: Version, dialect: Dialect) -> str:
    """Return the WITH of `checked`: the rows of a version beside what the salts give for them.

    `hashed` is the bucket, `arm` the variant that owns it under the widest coverage (of a
    schedule: that the slot drew), NULL where there is none. `is_always_in` tells that it has one
    under the narrowest coverage too, `is_known` that the row names what must be known: the
    cluster. With a saturation `share` is what the log says and `saturation` what the cluster drew.
    """
    definition = version.definition
    where = f"FROM log WHERE version = {version.number}"
    if definition.saturation is not None:
        ours = _named(definition.saturation)
        hashed = _of_clusters(definition, definition.saturation, dialect)
    elif definition.schedule is not None:
        ours = f"{_RECORDED}, TRUE AS is_known"
        hashed = _of_slots(definition, definition.schedule, dialect)
    else:
        ours = f"{_RECORDED}, TRUE AS is_known"
        hashed = f"SELECT ours.*, {_hash(definition, dialect)} FROM ours"  # noqa: S608  # salts are letters
    # Materialized, or PostgreSQL computes the hash anew for every range that it is compared with.
    return (
        f"WITH ours AS (SELECT {ours} {where}), hashed AS MATERIALIZED ({hashed}), "  # noqa: S608  # our own text
        f"checked AS (SELECT hashed.*, {_arm(definition, version.widest)} AS arm, "
        f"({_arm(definition, version.narrowest)}) IS NOT NULL AS is_always_in FROM hashed)"
    )


def _hash(definition: ExperimentDefinition, dialect: Dialect) -> str:
    bucket = bucket_sql(dialect, Purpose.EXPERIMENT, definition.salt)
    return f"{bucket} AS hashed, {layer_sql(definition, dialect)} AS is_in_layer"


def _arm(definition: ExperimentDefinition, coverage: int) -> str:
    if definition.saturation is None and definition.schedule is not None:
        return "drawn"
    covered = replace(definition, coverage=coverage)
    own = owner_sql if definition.saturation is None else share_owner_sql
    return f"CASE WHEN is_in_layer THEN CAST({own(covered, 'hashed')} AS VARCHAR) END"


def _named(saturation: Saturation) -> str:
    """Return the columns of a row whose cluster is a queue, or stands among its attributes."""
    of_others = f"nullif((attributes ->> '{saturation.cluster}'), '')"
    cluster = _OF_QUEUES if saturation.cluster == "queue" else of_others
    return (
        f"{_RECORDED}, {cluster} AS cluster, {cluster} IS NOT NULL AS is_known, "
        f"(attributes ->> '{SATURATION}') AS share"
    )


def _of_clusters(definition: ExperimentDefinition, saturation: Saturation, dialect: Dialect) -> str:
    """Return the SELECT that draws the share of each row's cluster, and hashes its unit."""
    hash_ = _hash(definition, dialect)
    if saturation.cluster == WINDOW and definition.schedule is not None:
        drawn = _drawn(definition, definition.schedule, dialect)
        return (
            f"SELECT ours.*, {hash_}, saturation "  # noqa: S608  # our own text
            f"FROM ours LEFT JOIN ({drawn}) AS shares ON cluster = slot_id"
        )
    share = saturation_sql(definition, dialect, cluster="cluster").saturation
    return f"SELECT ours.*, {hash_}, {share} AS saturation FROM ours"  # noqa: S608  # our own text


def _of_slots(definition: ExperimentDefinition, schedule: Schedule, dialect: Dialect) -> str:
    drawn = _drawn(definition, schedule, dialect)
    return (
        f"SELECT ours.*, {_NO_BUCKET} AS hashed, slot.assigned_variant AS drawn "  # noqa: S608  # our own text
        f"FROM ours LEFT JOIN ({drawn}) AS slot ON unit_id = slot_id"
    )


def _drawn(definition: ExperimentDefinition, schedule: Schedule, dialect: Dialect) -> str:
    """Return the SELECT of every slot and what it drew; only the list of slots is given."""
    listed = ", ".join(f"('{slot.id}', '{slot.block}')" for slot in slots(schedule))
    return (
        f"WITH slots (slot_id, block) AS (VALUES {listed}) "  # noqa: S608  # our own text
        f"SELECT * FROM ({schedule_sql(definition, dialect)}) AS slots_drawn"
    )
