"""When units started, by the clocks of the plan's zone: weekday, hour of the day and season."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import ibis
from ibis.expr.types import IntegerColumn, StringValue, Table, TimestampValue

from experiments.plan.document import Plan
from impact.analysis.sufficient import StartTimes
from impact.join.columns import clock_time, microseconds

QUARTER = timedelta(minutes=15)  # every zone is some quarters of an hour from UTC
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SEASONS = ("Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov")
LABELS: Mapping[str, Callable[[datetime], str]] = MappingProxyType(
    {
        "start_weekday": lambda moment: WEEKDAYS[moment.weekday()],
        "start_hour": lambda moment: f"{moment.hour:02d}",
        "start_season": lambda moment: SEASONS[moment.month % 12 // 3],
    }
)


def start_times(
    eligible: Table, plan: Plan, version: StringValue | None = None
) -> tuple[StartTimes, ...]:
    """Count the units of every variant by weekday, hour and season of their start.

    Of each version by itself where `version` says which one a unit belongs to.

    The engine counts quarters of an hour; the calendar is asked for those, not for every unit.
    """
    quarter = microseconds(eligible.start) // (QUARTER // timedelta(microseconds=1))
    rows = (
        eligible.group_by(
            [
                "variant",
                quarter.cast("int64").name("quarter"),
                (ibis.literal("") if version is None else version).name("version"),
            ]
        )
        .aggregate(n=eligible.count())
        .to_pyarrow()
        .to_pylist()
    )
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        local = (EPOCH + row["quarter"] * QUARTER).astimezone(plan.zone)
        for name, label in LABELS.items():
            counted[row["version"], name, label(local), row["variant"]] += row["n"]
    return tuple(
        StartTimes(
            name=name,
            counts=tuple(
                (label, variant, n)
                for (of_version, column, label, variant), n in sorted(counted.items())
                if (of_version, column) == (name_of_version, name)
            ),
            version=name_of_version,
        )
        for name in LABELS
        for name_of_version in sorted({row["version"] for row in rows}) or [""]
    )


def start_label(start: TimestampValue, name: str, plan: Plan) -> StringValue:
    """Return the weekday, hour or season of a start as a column that a plan may adjust by."""
    local = clock_time(plan.zone.key, start)
    match name:
        case "start_weekday":
            return _named(local.day_of_week.index(), WEEKDAYS)
        case "start_season":
            return _named(local.month() % 12 // 3, SEASONS)
        case _:
            return local.hour().cast("string").lpad(2, "0")


def _named(place: IntegerColumn, names: tuple[str, ...]) -> StringValue:
    return ibis.cases(*((place == number, name) for number, name in enumerate(names)))
