"""Cells of one column after reading: values of the canonical type, and the faults among them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule and the rows that break it."""

    where: NDArray[np.bool_]
    rule: str


@dataclass(frozen=True, slots=True)
class Cells:
    """Values of the canonical type, null where a cell is empty or faulty, and the faults."""

    values: pa.Array
    faults: tuple[Fault, ...] = ()


def mask(values: pa.Array) -> NDArray[np.bool_]:
    """Return booleans as NumPy sees them; what is unknown is not so.

    >>> mask(pa.array([True, None, False])).tolist()
    [True, False, False]
    """
    answers: NDArray[np.bool_] = pc.fill_null(values, False).to_numpy(zero_copy_only=False)  # noqa: FBT003
    return answers


def keep(values: pa.Array, where: NDArray[np.bool_]) -> pa.Array:
    """Return `values`, null where `where` is false.

    >>> keep(pa.array([1, 2]), np.array([True, False])).to_pylist()
    [1, None]
    """
    return values if where.all() else pc.if_else(pa.array(where), values, None)


def matches(text: pa.Array, pattern: str) -> NDArray[np.bool_]:
    """Return where the whole of a text matches `pattern`."""
    return mask(pc.match_substring_regex(text, rf"\A(?:{pattern})\z"))


def of_wrong_type(given: pa.Array, target: pa.DataType, rule: str) -> Cells:
    """Return empty cells: every value that was given is a fault."""
    where = mask(pc.is_valid(given))
    return Cells(pa.nulls(len(given), target), (Fault(where, rule),) if where.any() else ())


def judged(text: pa.Array, target: pa.DataType, good: NDArray[np.bool_], rule: str) -> Cells:
    """Return the `good` texts cast to `target`; other texts break `rule`."""
    values = keep(text, good).cast(target)
    bad = mask(pc.is_valid(text)) & ~good
    return Cells(values, (Fault(bad, rule),) if bad.any() else ())
