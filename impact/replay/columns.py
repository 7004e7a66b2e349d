"""Columns of what the engine answers as arrays."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def texts(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """Return labels.

    >>> texts(pa.chunked_array([["b", "a"]])).tolist()
    ['b', 'a']
    """
    return np.asarray(column.to_pylist(), dtype=np.str_)


def whole(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return whole numbers, of which none is missing.

    >>> whole(pa.chunked_array([[3, 0], [7]])).tolist()
    [3, 0, 7]
    """
    return np.asarray(column.to_pylist(), dtype=np.int64)


def flags(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return yes or no, of which none is missing.

    >>> flags(pa.chunked_array([[True, False]])).tolist()
    [True, False]
    """
    return np.asarray(column.to_numpy(zero_copy_only=False)).astype(np.bool_)


def floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return numbers; a missing one is NaN.

    >>> floats(pa.chunked_array([[1.5, None]]))
    array([1.5, nan])
    """
    return np.asarray(column.to_numpy(zero_copy_only=False)).astype(np.float64)


def places(of: pa.ChunkedArray, among: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the place of each id among those of all units, which are in order.

    >>> places(pa.chunked_array([["c", "a"]]), ("a", "b", "c")).tolist()
    [2, 0]
    """
    return np.searchsorted(np.asarray(among), texts(of)).astype(np.int64)
