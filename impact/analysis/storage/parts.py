"""What every kind of stored statistics is made of: parts by metric, and fields of arrays."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Part = TypeVar("Part")


def by_metric_to(
    found: Mapping[str, tuple[Part, ...]], stored: Callable[[Part], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the parts of every metric as JSON values.

    >>> by_metric_to({"visits": (3, 4)}, lambda n: {"n": n})
    {'visits': [{'n': 3}, {'n': 4}]}
    """
    return {metric: [stored(part) for part in parts] for metric, parts in found.items()}


def by_metric_from(
    stored: Mapping[str, list[dict[str, Any]]], read: Callable[[dict[str, Any]], Part]
) -> dict[str, tuple[Part, ...]]:
    """Return the parts of every metric from JSON values.

    >>> by_metric_from({"visits": [{"n": 3}, {"n": 4}]}, lambda stored: stored["n"])
    {'visits': (3, 4)}
    """
    return {metric: tuple(read(part) for part in parts) for metric, parts in stored.items()}


def each_to(
    found: Mapping[str, Part], stored: Callable[[Part], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the one part of every metric as JSON values.

    >>> each_to({"visits": 3}, lambda n: {"n": n})
    {'visits': {'n': 3}}
    """
    return {metric: stored(part) for metric, part in found.items()}


def each_from(stored: Mapping[str, Any], read: Callable[[Any], Part]) -> dict[str, Part]:
    """Return the one part of every metric from JSON values.

    >>> each_from({"visits": [40, 90]}, tuple)
    {'visits': (40, 90)}
    """
    return {metric: read(part) for metric, part in stored.items()}


def fields_to(part: "DataclassInstance") -> dict[str, Any]:
    """Return a part's own fields as JSON values, arrays as lists.

    >>> from impact.analysis.sufficient import Moments
    >>> fields_to(Moments(names=("y",), n=3, means=np.array([2.0]), cross=np.array([[8.0]])))
    {'names': ('y',), 'n': 3, 'means': [2.0], 'cross': [[8.0]]}
    """
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }
