"""The statements of an audit: which rows contradict the salts, and of which no salt tells."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from experiments.assignment.sql import Dialect
from experiments.audit.recomputed import checked_sql
from experiments.audit.versions import Version

MOST_LISTED = 20
COLUMNS = (
    *("assignment_id", "unit_id", "version", "bucket", "assigned_variant", "eligible", "source"),
    "queue",
)
ATTRIBUTES = "attributes"
NOBODY = "nobody: outside of the layer, or not covered"
NO_SLOT = "nobody: no slot of the schedule"
IN_THROUGHOUT = "eligible: in the layer, and covered throughout"


class Difference(NamedTuple):
    """A row of the log that contradicts the salts: what it says, and what they give."""

    assignment_id: str
    rule: str
    recorded: str
    recomputed: str


class Unknown(StrEnum):
    """Why the salts alone do not give the arm of a row."""

    VERSION = "version"
    CLUSTER = "cluster"
    KEPT_OUT = "kept_out"

    @property
    def sentence(self) -> str:
        """Return it as it is told, after the number of rows."""
        return _SENTENCES[self]


_SENTENCES = {
    Unknown.VERSION: "of a version that the experiment never had",
    Unknown.CLUSTER: "without the cluster that drew the share",
    Unknown.KEPT_OUT: (
        "not eligible by what is in no salt: targeting, the never treated, the holdout or a "
        "required experiment; they are control, as they must be"
    ),
}


class Statements(NamedTuple):
    """What is asked of the table `log`, which has these columns."""

    columns: tuple[str, ...]
    differences: str
    unknown: str


class _Rule(NamedTuple):
    """SQL: when a row is wrong, what it says and what it should say."""

    name: str
    is_broken: str
    recorded: str
    recomputed: str


def statements(versions: Iterable[Version], dialect: Dialect) -> Statements:
    """Return what finds the differences and the unknown rows among those of the versions.

    Targeting is not recomputed: attributes are in no hash. The rows that the log calls eligible
    must have the arm of their bucket, or of their slot in a schedule; all others control. A ramp
    moves nobody, so that an eligible unit has the arm that it has under the widest coverage.
    """
    each = tuple(versions)
    draws_shares = any(version.definition.saturation is not None for version in each)
    return Statements(
        columns=(*COLUMNS, ATTRIBUTES) if draws_shares else COLUMNS,
        differences=_together(_differences(version, dialect) for version in each),
        unknown=_together(f"{checked_sql(version, dialect)} {_UNKNOWN}" for version in each),
    )


def counted_sql(differences: str) -> str:
    """Return the SELECT of the number of differences."""
    return f"SELECT count(*) FROM ({differences}) AS differences"  # noqa: S608  # our own text


def listed_sql(differences: str) -> str:
    """Return the SELECT of the first differences, in the order of their ids."""
    return f"SELECT * FROM ({differences}) AS differences ORDER BY 1, 2 LIMIT {MOST_LISTED}"  # noqa: S608  # our own text


def summed_sql(unknown: str) -> str:
    """Return the SELECT of how many rows are unknown for each reason."""
    return f"SELECT reason, sum(number) FROM ({unknown}) AS unknown GROUP BY reason"  # noqa: S608  # our own text


def _together(each: Iterable[str]) -> str:
    return " UNION ALL ".join(f"SELECT * FROM ({one}) AS of_version" for one in each)  # noqa: S608  # our own text


def _differences(version: Version, dialect: Dialect) -> str:
    """Return the SELECT of the differences in one version: columns are those of `Difference`."""
    selects = (
        f"SELECT assignment_id, '{rule.name}' AS rule, {rule.recorded} AS recorded, "  # noqa: S608  # names are ours
        f"{rule.recomputed} AS recomputed FROM checked WHERE {rule.is_broken}"
        for rule in _rules(version)
    )
    return f"{checked_sql(version, dialect)} {' UNION ALL '.join(selects)}"


def _rules(version: Version) -> Iterator[_Rule]:
    definition = version.definition
    control = f"'{definition.control.key}'"
    nobody = NOBODY if definition.schedule is None else NO_SLOT
    if definition.schedule is not None and definition.saturation is not None:
        nobody = f"{NO_SLOT}, or not covered"
    yield _Rule("bucket", _WRONG_BUCKET, _text("bucket"), _text("hashed"))
    if definition.saturation is not None:
        yield _Rule("saturation", _WRONG_SHARE, _text("share"), _text("saturation"))
    yield _Rule("eligible", "eligible AND is_known AND arm IS NULL", "'eligible'", f"'{nobody}'")
    yield _Rule("eligible", _LEFT_OUT, "'not eligible'", f"'{IN_THROUGHOUT}'")
    wrong = "eligible AND assigned_variant <> arm"
    yield _Rule("assigned_variant", wrong, "assigned_variant", "arm")
    wrong = f"NOT eligible AND assigned_variant <> {control}"
    yield _Rule("assigned_variant", wrong, "assigned_variant", control)


def _text(expression: str) -> str:
    return f"coalesce(CAST({expression} AS VARCHAR), 'none')"


# A client's rows say nothing of the bucket, and the service hashes who is let in so far alone.
_WRONG_BUCKET = (
    "bucket IS DISTINCT FROM hashed AND (bucket IS NOT NULL OR (eligible AND source <> 'client'))"
)
_WRONG_SHARE = (
    "share IS DISTINCT FROM saturation AND is_known AND (eligible OR saturation IS NOT NULL)"
)
_LEFT_OUT = "NOT eligible AND is_always_in AND bucket IS NOT NULL AND source <> 'client'"
_UNKNOWN = (
    "SELECT CASE WHEN NOT is_known THEN 'cluster' ELSE 'kept_out' END AS reason, "
    "count(*) AS number FROM checked WHERE NOT is_known "
    "OR (NOT eligible AND arm IS NOT NULL AND (bucket IS NULL OR source = 'client')) GROUP BY 1"
)
