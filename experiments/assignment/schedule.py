"""When a switchback runs: weeks of slots of one length, published before the first begins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition, Violation

FIELD = "schedule"
TIME_SLOT = "time_slot"  # the unit that a schedule has
# What is said of a contact's slot among its attributes: its id, the minutes since it began, and
# the slots among which it was drawn.
WINDOW, MINUTE, BLOCK = "window_id", "window_minute", "window_block"
SHORTEST_SLOT = 60
MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
FEWEST_WEEKS = 2
MOST_WEEKS = 104
MOST_BLOCK_WEEKS = 26
FIRST_YEAR, LAST_YEAR = 1900, 2199  # as of files: others are dates that nobody meant
WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)
FIELDS = (
    *("starts_on", "weeks", "timezone", "slot_minutes", "burn_in", "block_weeks"),
    *("from_hour", "to_hour", "weekdays"),
)
Limits = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Slots of `slot_minutes` between two hours of the `weekdays` (Monday is 1), for `weeks`.

    `starts_on` and the hours are those of the clocks of `timezone`. The first `burn_in` minutes
    of a slot are left out of the analysis. `block_weeks` weeks in a row are drawn together:
    among their slots of one weekday and hour every variant gets its share exactly.

    Raises:
        InvalidDefinition: with every broken rule, named by its path (`schedule.weeks`).
    """

    starts_on: date
    weeks: int
    timezone: str = "UTC"
    slot_minutes: int = 120
    burn_in: int = 15
    block_weeks: int = 2
    from_hour: int = 0
    to_hour: int = HOURS_PER_DAY
    weekdays: tuple[int, ...] = WEEKDAYS

    def __post_init__(self) -> None:
        violations = tuple(_typed(document_of(self))) or tuple(_agreeing(self))
        if violations:
            raise InvalidDefinition(*violations)

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose clocks the slots follow."""
        return ZoneInfo(self.timezone)


def schedule_of(document: Mapping[str, object]) -> Schedule:
    """Return the schedule of a JSON document; what is left out has its default.

    Raises:
        InvalidDefinition: as for `Schedule`, or a field is unknown.

    >>> schedule_of({"starts_on": "2026-11-30", "weeks": 4}).slot_minutes
    120
    >>> schedule_of({"starts_on": "2026-11-30", "weeks": 3})
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidDefinition: schedule.weeks = 3: must be a multiple of block_weeks, 2
    """
    if violations := tuple(_typed(document)):
        raise InvalidDefinition(*violations)
    given: dict[str, object] = dict(document)
    given["starts_on"] = date.fromisoformat(str(given["starts_on"]))
    if isinstance(given.get("weekdays"), list):
        given["weekdays"] = tuple(sorted(set(given["weekdays"])))  # type: ignore[call-overload]  # checked above
    return Schedule(**given)  # type: ignore[arg-type]  # checked above


def document_of(schedule: Schedule) -> dict[str, object]:
    """Return the document that `schedule_of` reads, complete."""
    document: dict[str, object] = {name: getattr(schedule, name) for name in FIELDS}
    return {
        **document,
        "starts_on": schedule.starts_on.isoformat(),
        "weekdays": list(schedule.weekdays),
    }


def _typed(document: Mapping[str, object], field: str = FIELD) -> Iterator[Violation]:
    """Yield what is wrong with each value by itself."""
    for name in document:
        if name not in FIELDS:
            yield violation(f"{field}.{name}", document[name], f"is not one of {', '.join(FIELDS)}")
    if not _is_date(document.get("starts_on")):
        rule = f"must be a date such as 2026-11-30, {FIRST_YEAR} to {LAST_YEAR}"
        yield violation(f"{field}.starts_on", document.get("starts_on"), rule)
    if not _is_zone(document.get("timezone", "UTC")):
        rule = "must be a name such as Europe/Berlin or UTC"
        yield violation(f"{field}.timezone", document.get("timezone"), rule)
    for name, (least, most) in LIMITS.items():
        value = document.get(name, None if name == "weeks" else most)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield violation(f"{field}.{name}", value, f"must be an integer, {least} to {most}")
    days = document.get("weekdays", list(WEEKDAYS))
    if not isinstance(days, list | tuple) or not days or any(day not in WEEKDAYS for day in days):
        rule = "must be a list of weekdays, 1 (Monday) to 7"
        yield violation(f"{field}.weekdays", days, rule)


def _agreeing(schedule: Schedule, field: str = FIELD) -> Iterator[Violation]:
    """Yield what does not go together."""
    if schedule.weeks % schedule.block_weeks:
        rule = f"must be a multiple of block_weeks, {schedule.block_weeks}"
        yield violation(f"{field}.weeks", schedule.weeks, rule)
    if schedule.from_hour >= schedule.to_hour:
        rule = f"must be before to_hour, {schedule.to_hour}"
        yield violation(f"{field}.from_hour", schedule.from_hour, rule)
        return
    day = (schedule.to_hour - schedule.from_hour) * MINUTES_PER_HOUR
    if day % schedule.slot_minutes:
        rule = f"must divide the {day} minutes from from_hour to to_hour"
        yield violation(f"{field}.slot_minutes", schedule.slot_minutes, rule)
    if 2 * schedule.burn_in > schedule.slot_minutes:
        rule = f"must be half a slot at most, {schedule.slot_minutes // 2}"
        yield violation(f"{field}.burn_in", schedule.burn_in, rule)


LIMITS: Mapping[str, Limits] = {
    "weeks": (FEWEST_WEEKS, MOST_WEEKS),
    "slot_minutes": (SHORTEST_SLOT, HOURS_PER_DAY * MINUTES_PER_HOUR),
    "burn_in": (0, HOURS_PER_DAY * MINUTES_PER_HOUR),
    "block_weeks": (FEWEST_WEEKS, MOST_BLOCK_WEEKS),
    "from_hour": (0, HOURS_PER_DAY - 1),
    "to_hour": (1, HOURS_PER_DAY),
}


def _is_date(value: object) -> bool:
    try:
        return (
            isinstance(value, str)
            and date.fromisoformat(value).isoformat() == value
            and FIRST_YEAR <= int(value[:4]) <= LAST_YEAR
        )
    except ValueError:
        return False


def _is_zone(name: object) -> bool:
    try:
        return isinstance(name, str) and ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
