"""A definition as a JSON document, and back: what is published and what others compile from it.

A field at its default is left out, and a field that the reader does not know is refused: an older
reader goes on reading all experiments but those that use what it cannot do, and decides nothing
by half a definition.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition

_PLAIN = (str, bool, int, float, types.NoneType)


def document_of(value: object) -> Any:  # noqa: ANN401  # any JSON
    """Return a definition, or any part of one, as values that JSON has.

    Raises:
        TypeError: there is no document for a value of this type.

    >>> from experiments.assignment.definition import LayerPlacement
    >>> document_of(LayerPlacement(salt="Lw8-fJ2_nD5sZ0yC", start=0, end=5000))
    {'salt': 'Lw8-fJ2_nD5sZ0yC', 'start': 0, 'end': 5000}
    """
    match value:
        case StrEnum():
            return value.value
        case str() | bool() | int() | float() | None:
            return value
        case date():
            return value.isoformat()
        case tuple() | list():
            return [document_of(each) for each in value]
        case _:
            return {str(name): document_of(each) for name, each in _named(value)}


def definition_from(document: object) -> ExperimentDefinition:
    """Return the definition that a document stands for.

    Raises:
        InvalidDefinition: naming the field that is unknown, missing or breaks its rule.
    """
    definition = _read(ExperimentDefinition, document, "")
    assert isinstance(definition, ExperimentDefinition)  # noqa: S101  # told to the type checker
    return definition


def _named(value: Any) -> Iterator[tuple[object, object]]:  # noqa: ANN401  # anything
    if isinstance(value, Mapping):
        yield from value.items()
        return
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__}: has no document")
    for field in fields(value):
        held = getattr(value, field.name)
        if _is_required(field) or held != _default(field):
            yield field.name, held


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _read(kind: Any, document: object, place: str) -> object:  # noqa: ANN401  # any type
    """Return a document as a value of the type `kind`; `place` is where it stands."""
    if get_origin(kind) in {Union, types.UnionType}:
        return _read_optional(kind, document, place)
    if is_dataclass(kind):
        return _read_fields(kind, document, place)
    if get_origin(kind) is not None:
        return _read_many(kind, document, place)
    return _read_plain(kind, document, place)


def _read_optional(kind: Any, document: object, place: str) -> object:  # noqa: ANN401  # as above
    (inner,) = (each for each in get_args(kind) if each is not types.NoneType)
    return None if document is None else _read(inner, document, place)


def _read_fields(kind: Any, document: object, place: str) -> object:  # noqa: ANN401  # as above
    if not isinstance(document, dict):
        raise _refusal(place, document, "must be an object")
    known = {field.name: field for field in fields(kind)}
    for name in document.keys() - known.keys():
        raise _refusal(_inside(place, name), document[name], "is a field that is not known here")
    for name, field in known.items():
        if name not in document and _is_required(field):
            raise _refusal(_inside(place, name), None, "must be given")
    hints = _hints(kind)
    given = {
        name: _read(hints[name], each, _inside(place, name)) for name, each in document.items()
    }
    return kind(**given)


def _read_many(kind: Any, document: object, place: str) -> object:  # noqa: ANN401  # as above
    origin, inside = get_origin(kind), get_args(kind)
    if issubclass(origin, Mapping):
        if not isinstance(document, dict):
            raise _refusal(place, document, "must be an object")
        return {
            name: _read(inside[1], each, _inside(place, name)) for name, each in document.items()
        }
    if not isinstance(document, list):
        raise _refusal(place, document, "must be a list")
    return origin(
        _read(inside[0], each, f"{place}[{position}]") for position, each in enumerate(document)
    )


def _read_plain(kind: Any, document: object, place: str) -> object:  # noqa: ANN401  # as above
    if kind is object:
        return document
    if kind in _PLAIN:
        if type(document) is kind:
            return document
        if kind is float and type(document) is int:
            return float(document)
        raise _refusal(place, document, f"must be of the type {kind.__name__}")
    if issubclass(kind, StrEnum | datetime | date):
        try:
            return kind(document) if issubclass(kind, StrEnum) else kind.fromisoformat(document)
        except (TypeError, ValueError):
            raise _refusal(place, document, f"must be a {kind.__name__}") from None
    raise TypeError(f"{place}: {kind} has no document")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _refusal(place: str, value: object, rule: str) -> InvalidDefinition:
    return InvalidDefinition(violation(place or "experiment", value, rule))
