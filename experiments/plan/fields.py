"""One mapping of a plan, read field by field: a wrong value is noted, and reading goes on.

After a violation a field returns its default, so that one reading finds all of them; the value
that comes out is used by nobody, because reading ends in the refusal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from experiments.errors import Violation
from experiments.plan.yaml_lines import Located, Mapping, Scalar, Sequence

Choice = TypeVar("Choice", bound=StrEnum)
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
        return self.text_of(name, value, limit=limit)

    def text_of(self, name: str, value: Scalar, *, limit: int = 200) -> str:
        """Return a scalar's text trimmed, noting control characters and excess length."""
        text = value.text.strip()
        if CONTROL.search(text):
            shown = Scalar(text=repr(text), line=value.line)
            self.refuse(name, "must have no control characters", shown)
        elif len(text) > limit:
            self.refuse(name, f"must be {limit} characters or fewer", value)
        elif not text:
            self.refuse(name, "must not be empty", value)
        return text

    def key(self, name: str) -> str:
        """Return a required key of an experiment, a variant or a metric."""
        value = self.scalar(name, required=True)
        if value is None:
            return ""
        if not KEY.fullmatch(value.text):
            self.refuse(name, KEY_RULE)
        return value.text

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
            elif self.text_of(name, item):
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


def _items(value: Located | None) -> tuple[Located, ...]:
    match value:
        case Sequence():
            return value.items
        case Scalar():
            return (value,)
        case _:
            return ()
