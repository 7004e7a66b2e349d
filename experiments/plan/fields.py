"""One mapping of a plan, read field by field: a wrong value is noted, and reading goes on.

After a violation a field returns its default, so that one reading finds all of them; the value
that comes out is used by nobody, because reading ends in the refusal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from experiments.errors import Violation
from experiments.plan.yaml_lines import Entry, Located, Mapping, Scalar, Sequence

Choice = TypeVar("Choice", bound=StrEnum)
INTEGER = re.compile(r"[+-]?\d{1,9}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})([eE][+-]?\d{1,2})?")
KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
KEY_RULE = "must match [a-z][a-z0-9_]{0,63}"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(slots=True, kw_only=True)
class Section:
    """A mapping with its path. All sections of one plan share the list of violations."""

    path: str
    mapping: Mapping
    violations: list[Violation]
    read: set[str] = field(default_factory=set)

    @property
    def line(self) -> int:
        """Where the mapping starts."""
        return self.mapping.line

    def place(self, name: str) -> str:
        """Return the full name of a field."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, rule: str, value: Located | str | None = None) -> None:
        """Note that a field breaks a rule."""
        entry = self.mapping.entries.get(name)
        shown = value if value is not None else entry.value if entry else "nothing"
        line = entry.line if entry else self.line
        if isinstance(shown, Scalar | Sequence | Mapping):
            line = shown.line
        self.violations.append(
            Violation(field=self.place(name), value=str(shown)[:200], rule=rule, line=line)
        )

    def given(self, name: str) -> Located | None:
        """Return what stands under a name, None where nothing does; the name counts as known."""
        self.read.add(name)
        entry = self.mapping.entries.get(name)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
            return None
        return entry.value

    def refuse_unknown(self) -> None:
        """Note every name that nothing asked for."""
        known = ", ".join(sorted(self.read))
        for name, entry in self.mapping.entries.items():
            if name not in self.read:
                rule = f"is not a field of {self.path or 'a plan'}, which has: {known}"
                self.violations.append(
                    Violation(
                        field=self.place(name), value=str(entry.value), rule=rule, line=entry.line
                    )
                )

    def scalar(self, name: str, *, required: bool = False) -> Scalar | None:
        """Return the one value under a name."""
        value = self.given(name)
        if value is None:
            if required:
                self.refuse(name, "is required")
            return None
        if not isinstance(value, Scalar):
            self.refuse(name, "must be one value")
            return None
        return value

    def text(self, name: str, *, required: bool = False, limit: int = 200) -> str:
        """Return text without control characters, "" where nothing is given."""
        value = self.scalar(name, required=required)
        if value is None:
            return ""
        return checked_text(self, name, value, limit=limit)

    def key(self, name: str) -> str:
        """Return a required key of an experiment, a variant or a metric."""
        value = self.scalar(name, required=True)
        if value is None:
            return ""
        if not KEY.fullmatch(value.text):
            self.refuse(name, KEY_RULE)
        return value.text

    def integer(self, name: str, *, low: int, high: int) -> int | None:
        """Return a whole number within inclusive bounds."""
        value = self.scalar(name)
        if value is None:
            return None
        number = int(value.text) if INTEGER.fullmatch(value.text) else None
        if number is None or not low <= number <= high:
            self.refuse(name, f"must be a whole number, {low} to {high}")
            return None
        return number

    def number(self, name: str) -> float | None:
        """Return a finite number."""
        exact = self.decimal(name)
        return None if exact is None else float(exact)

    def decimal(self, name: str) -> Decimal | None:
        """Return an exact decimal."""
        value = self.scalar(name)
        if value is None:
            return None
        if not NUMBER.fullmatch(value.text):
            self.refuse(name, "must be a number")
            return None
        return Decimal(value.text)

    def choice(self, name: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """Return one of the values of an enumeration; required where there is no default."""
        value = self.scalar(name, required=default is None)
        fallback = default or next(iter(choices))
        if value is None:
            return fallback
        if value.text not in set(choices):
            self.refuse(name, "must be one of " + ", ".join(choices))
            return fallback
        return choices(value.text)

    def day(self, name: str, *, required: bool = False) -> date | None:
        """Return a date, as 2026-11-30."""
        value = self.scalar(name, required=required)
        return None if value is None else self.day_of(name, value)

    def day_of(self, name: str, value: Scalar) -> date | None:
        """Return the date that one value of a field writes."""
        try:
            return _day(value.text)
        except ValueError:
            self.refuse(name, "must be a date, as 2026-11-30", value)
            return None

    def instant(self, name: str, zone: ZoneInfo) -> datetime | None:
        """Return an instant in UTC; a date is its first moment in the plan's zone."""
        value = self.scalar(name)
        if value is None:
            return None
        try:
            moment = _moment(value.text, zone)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            self.refuse(name, "must be a date, or a time with its offset: 2026-11-30T09:00:00Z")
        return moment

    def names(self, name: str) -> tuple[Scalar, ...]:
        """Return a list of distinct texts; one text alone is a list of one."""
        value = self.given(name)
        items = _items(value)
        seen: set[str] = set()
        kept = []
        for item in items:
            if not isinstance(item, Scalar) or item.is_null:
                self.refuse(name, "must be a list of names", item)
            elif item.text in seen:
                self.refuse(name, "must be named once", item)
            elif checked_text(self, name, item):
                seen.add(item.text)
                kept.append(item)
        if isinstance(value, Mapping):
            self.refuse(name, "must be a list of names")
        return tuple(kept)

    def section(self, name: str, *, required: bool = False) -> "Section | None":
        """Return the mapping under a name."""
        value = self.given(name)
        if value is None:
            if required:
                self.refuse(name, "is required")
            return None
        if not isinstance(value, Mapping):
            self.refuse(name, "must be a mapping of fields to values")
            return None
        return Section(path=self.place(name), mapping=value, violations=self.violations)

    def sections(self, name: str, *, required: bool = False) -> Iterator["Section"]:
        """Return the mappings of a list, each under the name[number] it is refused by."""
        value = self.given(name)
        items = value.items if isinstance(value, Sequence) else ()
        if (required and value is None) or (value is not None and not items):
            self.refuse(name, "must be a list of at least one")
        for number, item in enumerate(items, start=1):
            if isinstance(item, Mapping):
                path = f"{self.place(name)}[{number}]"
                yield Section(path=path, mapping=item, violations=self.violations)
            else:
                self.refuse(name, "must be a list of mappings", item)

    def pairs(self, name: str) -> dict[str, Entry]:
        """Return the entries of a mapping whose names are the plan's own."""
        section = self.section(name)
        return section.mapping.entries if section else {}


def checked_text(section: Section, name: str, value: Scalar, *, limit: int = 200) -> str:
    """Return a scalar's text trimmed, noting control characters and excess length."""
    text = value.text.strip()
    if CONTROL.search(text):
        section.refuse(
            name, "must have no control characters", Scalar(text=repr(text), line=value.line)
        )
    elif len(text) > limit:
        section.refuse(name, f"must be {limit} characters or fewer", value)
    elif not text:
        section.refuse(name, "must not be empty", value)
    return text


def _items(value: Located | None) -> tuple[Located, ...]:
    match value:
        case Sequence():
            return value.items
        case Scalar():
            return (value,)
        case _:
            return ()


def _day(text: str) -> date:
    if not DAY.fullmatch(text):
        message = f"{text} is no date"
        raise ValueError(message)
    return date.fromisoformat(text)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    if DAY.fullmatch(text):
        return datetime.combine(_day(text), time(), tzinfo=zone).astimezone(UTC)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else None
