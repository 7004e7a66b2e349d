"""The design of a Cox model: which cells, which terms, which columns.

A level without an event has a coefficient of minus infinity: in the limit its units carry no
weight, so the other coefficients are those of a fit without them. Such levels are left out and
said so, instead of losing the whole model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import Covariate, CovariateKind
from impact.analysis.bins import MISSING, bin_labels
from impact.analysis.sufficient import Floats
from impact.analysis.survival.cells import Cells

Mask = NDArray[np.bool_]

ARM = "variant"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Term:
    """One column of the design. `level` and `reference` are empty for a number."""

    name: str
    level: str = ""
    reference: str = ""
    column: Floats

    @property
    def label(self) -> str:
        """`column=level`, or the column of a number."""
        return f"{self.name}={self.level}" if self.level else self.name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Terms over the cells that are `kept`; what was left out, by term, with the reason."""

    cells: Cells
    arms: tuple[Term, ...]
    covariates: tuple[Term, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def terms(self) -> tuple[Term, ...]:
        """All columns: arms first."""
        return (*self.arms, *self.covariates)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Factor:
    """Labels of all cells as places in `levels`; the first level with events is the reference."""

    name: str
    levels: tuple[str, ...]
    code: NDArray[np.intp]


def design_of(cells: Cells, control: str, covariates: tuple[Covariate, ...]) -> Design:
    """Return the design of the arms against the control, adjusted by the covariates.

    A categorical covariate's reference is its first level, alphabetically, or the first bin.

    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 1, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int),
    ...     covariates={"tier": np.array(["basic", "basic", "pro", "trial"])})
    >>> design = design_of(cells, "a", (Covariate(name="tier"),))
    >>> [(term.label, term.reference, term.column.tolist()) for term in design.terms]
    [('variant=b', 'a', [0.0, 1.0, 1.0]), ('tier=pro', 'basic', [0.0, 0.0, 1.0])]
    >>> design.left_out
    {'tier=trial': 'no events at this level'}
    """
    numeric = {item.name: _numbers(cells, item.name) for item in covariates if _is_number(item)}
    factors = [_factor(cells, item) for item in covariates if not _is_number(item)]
    arm = _arm_factor(cells, control)
    kept, left_out = _with_events(cells, (arm, *factors), _complete(cells, numeric))
    terms = [Term(name=name, column=values[kept]) for name, values in numeric.items()]
    for factor in factors:
        terms += _dummies(factor, kept)
    return Design(
        cells=cells.where(kept),
        arms=tuple(_dummies(arm, kept)),
        covariates=_in_order(covariates, terms),
        left_out=left_out,
        note="; ".join(_missing(cells, numeric)),
    )


def _is_number(covariate: Covariate) -> bool:
    return covariate.kind is CovariateKind.NUMERIC


def _numbers(cells: Cells, name: str) -> Floats:
    return np.asarray(cells.covariates[name], dtype=np.float64)


def _missing(cells: Cells, numeric: dict[str, Floats]) -> Iterator[str]:
    for name, values in numeric.items():
        lost = int(cells.n[np.isnan(values)].sum())
        if lost:
            yield f"{lost} units without {name} left out"


def _arm_factor(cells: Cells, control: str) -> _Factor:
    """Return the arms with the control first."""
    order = (control, *(name for name in cells.variants if name != control))
    places = np.array([order.index(name) for name in cells.variants], dtype=np.intp)
    return _Factor(name=ARM, levels=order, code=places[cells.arm])


def _factor(cells: Cells, covariate: Covariate) -> _Factor:
    """Return a covariate's levels: bins in their own order, else alphabetically; missing last."""
    found, code = np.unique(np.asarray(cells.covariates[covariate.name]), return_inverse=True)
    labels = [str(label) for label in found]
    declared = bin_labels(covariate.edges)
    rank = {label: place for place, label in enumerate(declared)}
    order = sorted(
        labels, key=lambda label: (label == MISSING, rank.get(label, len(declared)), label)
    )
    places = np.array([order.index(label) for label in labels], dtype=np.intp)
    return _Factor(name=covariate.name, levels=tuple(order), code=places[code])


def _complete(cells: Cells, numeric: dict[str, Floats]) -> Mask:
    """Return the cells that have all their numbers."""
    complete = np.ones(cells.n.size, dtype=np.bool_)
    for values in numeric.values():
        complete &= ~np.isnan(values)
    return complete


def _with_events(
    cells: Cells, factors: tuple[_Factor, ...], complete: Mask
) -> tuple[Mask, dict[str, str]]:
    """Return the cells at levels that have events, and the levels that have none."""
    kept, left_out = complete.copy(), {}
    for factor in factors:
        for place in _eventless(cells, factor, complete):
            kept &= factor.code != place
            left_out[f"{factor.name}={factor.levels[place]}"] = "no events at this level"
    return kept, left_out


def _eventless(cells: Cells, factor: _Factor, kept: Mask) -> list[int]:
    """Return the levels that have units and no event among them."""
    size, code, n = len(factor.levels), factor.code[kept], cells.n[kept]
    units = np.bincount(code, weights=n, minlength=size)
    events = np.bincount(code, weights=n * cells.event[kept], minlength=size)
    return np.flatnonzero((units > 0) & (events == 0)).tolist()


def _dummies(factor: _Factor, kept: Mask) -> Iterator[Term]:
    """Yield one 0/1 column per level but the first that is left."""
    code = factor.code[kept]
    present = np.unique(code).tolist()
    for place in present[1:]:
        yield Term(
            name=factor.name,
            level=factor.levels[place],
            reference=factor.levels[present[0]],
            column=(code == place).astype(np.float64),
        )


def _in_order(covariates: tuple[Covariate, ...], terms: list[Term]) -> tuple[Term, ...]:
    """Return the terms in the order in which the plan names their covariates."""
    order = [covariate.name for covariate in covariates]
    return tuple(sorted(terms, key=lambda term: order.index(term.name)))
