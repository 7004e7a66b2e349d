"""Errors between clusters by matrices of rows: nothing is summed before it is multiplied."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
EMPTY = 1e-8  # of an eigenvalue: less is a direction that a cluster has no residual in


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """Coefficients, their CR2 errors and Satterthwaite's degrees of freedom, each shape (k,)."""

    coefficients: Floats
    errors: Floats
    df: Floats


def cr2(design: ArrayLike, outcome: ArrayLike, cluster: ArrayLike) -> Fitted:
    """Fit by least squares with the errors of Bell and McCaffrey (2002)."""
    x, y = np.asarray(design, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    inverse = np.linalg.inv(x.T @ x)
    maker = np.eye(len(y)) - x @ inverse @ x.T
    labels = np.asarray(cluster)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    pieces = [_root(maker[np.ix_(rows, rows)]) @ x[rows] @ inverse for rows in groups]
    left = maker @ y
    scores = np.array([piece.T @ left[rows] for piece, rows in zip(pieces, groups, strict=True)])
    moved = np.array(
        [maker[:, rows] @ piece for rows, piece in zip(groups, pieces, strict=True)]
    )  # (groups, rows, k)
    inner = np.einsum("gnk,hnk->kgh", moved, moved)
    traces = np.trace(inner, axis1=1, axis2=2)
    return Fitted(
        coefficients=inverse @ x.T @ y,
        errors=np.sqrt((scores**2).sum(axis=0)),
        df=traces**2 / (inner**2).sum(axis=(1, 2)),
    )


def _root(block: Floats) -> Floats:
    values, vectors = np.linalg.eigh(block)
    kept = values > EMPTY
    powers = np.where(kept, np.where(kept, values, 1.0) ** -0.5, 0.0)
    return np.asarray((vectors * powers) @ vectors.T)
