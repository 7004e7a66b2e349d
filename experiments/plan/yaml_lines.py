"""YAML as a tree that remembers lines: text in, located text out, nothing interpreted.

Values stay text until a field says what it expects: `no` is the word, `on` a key like any other
and 0.10 an exact decimal. What makes one document mean two things is refused: duplicate keys,
anchors, tags, several documents.
"""

from dataclasses import dataclass

import yaml

from experiments.errors import InvalidPlan, Violation

MAXIMUM_LENGTH = 200_000
MAXIMUM_DEPTH = 12
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as written. `quoted` tells "null" in quotes from an absent value."""

    text: str
    line: int
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Is nothing given?"""
        return not self.quoted and self.text in NULLS

    def __str__(self) -> str:
        return self.text if self.text.strip() else "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Items in order."""

    items: tuple["Located", ...]
    line: int

    def __str__(self) -> str:
        return f"a list of {len(self.items)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key's line and its value."""

    line: int
    value: "Located"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys with their lines and values, in order."""

    entries: dict[str, Entry]
    line: int

    def __str__(self) -> str:
        return "a mapping of " + (", ".join(self.entries) or "nothing")


Located = Scalar | Sequence | Mapping


def read_lines(text: str) -> Located:
    r"""Return the tree of a YAML document.

    Raises InvalidPlan with every duplicate key, or with the place where the text is no YAML.

    >>> tree = read_lines("key: a\nlooks:\n  planned_end: 2026-12-01\n")
    >>> tree.entries["looks"].value.entries["planned_end"].value
    Scalar(text='2026-12-01', line=3, quoted=False)
    """
    if len(text) > MAXIMUM_LENGTH:
        rule = f"must be {MAXIMUM_LENGTH:,} characters or fewer"
        raise InvalidPlan(Violation(field="plan", value=f"{len(text):,} characters", rule=rule))
    node = _compose(text)
    violations: list[Violation] = []
    tree = _locate(node, "", violations)
    if violations:
        raise InvalidPlan(*violations)
    return tree


def _compose(text: str) -> yaml.Node:
    try:
        _refuse_events(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else None
        rule = f"must be YAML: {error.problem}"
        raise InvalidPlan(_unreadable(text, line, rule)) from error
    except yaml.YAMLError as error:
        rule = f"must be YAML: {str(error).splitlines()[0]}"
        raise InvalidPlan(_unreadable(text, None, rule)) from error
    if node is None:
        raise InvalidPlan(Violation(field="plan", value="nothing", rule="must not be empty"))
    return node


def _unreadable(text: str, line: int | None, rule: str) -> Violation:
    lines = text.splitlines()
    shown = lines[line - 1].strip() if line and line <= len(lines) else "the text"
    return Violation(field="plan", value=shown[:80] or "nothing", rule=rule, line=line)


def _refuse_events(text: str) -> None:
    """Refuse what would make the tree large, deep or ambiguous, before it is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        rule = ""
        if getattr(event, "anchor", None):
            rule = "must be written out: anchors and aliases are not read"
        elif isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            rule = "must have no tags"
        elif depth > MAXIMUM_DEPTH:
            rule = f"must be nested {MAXIMUM_DEPTH} deep or less"
        elif documents > 1:
            rule = "must be one document"
        if rule:
            line = event.start_mark.line + 1 if event.start_mark is not None else None
            raise InvalidPlan(_unreadable(text, line, rule))


def _locate(node: yaml.Node, path: str, violations: list[Violation]) -> Located:
    line = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            return _locate_mapping(node, path, violations)
        case yaml.SequenceNode():
            items = (
                _locate(item, f"{path}[{number}]", violations)
                for number, item in enumerate(node.value, start=1)
            )
            return Sequence(items=tuple(items), line=line)
        case yaml.ScalarNode():
            return Scalar(text=str(node.value), line=line, quoted=bool(node.style))
        case _:
            message = f"a node of no known kind: {node}"
            raise TypeError(message)


def _locate_mapping(node: yaml.MappingNode, path: str, violations: list[Violation]) -> Mapping:
    entries: dict[str, Entry] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else "a key"
        place = f"{path}.{name}" if path else str(name)
        if not isinstance(key, yaml.ScalarNode):
            violations.append(
                Violation(field=path or "plan", value="a key", rule="must be text", line=line)
            )
        elif name in entries:
            rule = f"must be given once: it stands in line {entries[name].line} already"
            violations.append(Violation(field=place, value="given again", rule=rule, line=line))
        else:
            entries[name] = Entry(line=line, value=_locate(value, place, violations))
    return Mapping(entries=entries, line=node.start_mark.line + 1)
