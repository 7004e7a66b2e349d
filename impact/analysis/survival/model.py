"""A Cox model of the counted customers: its design, what it was fitted to and the fit."""

from dataclasses import dataclass

import numpy as np

from experiments.plan.document import Covariate
from impact.analysis.magnitudes import reason_of
from impact.analysis.notes import joined
from impact.analysis.sufficient import Floats
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.design import Design, design_of
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_sample import CoxSample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """A fitted design, and the words that go with its rows.

    `std_errors` follow the fit's terms: those of the model, or others that hold under less. `df`
    is how much each of these rests on, None for as much as there are customers. Errors
    that are `is_too_small` are shown, and no limits or test are made of them.
    """

    method: str
    design: Design
    sample: CoxSample | NotEstimable
    fit: CoxFit | NotEstimable
    std_errors: Floats | NotEstimable
    note: str
    df: Floats | None = None
    is_too_small: bool = False


def model_of(
    method: str, cells: Cells, control: str, covariates: tuple[Covariate, ...] = ()
) -> Model:
    """Fit the arms against the control, adjusted by the covariates and within the strata.

    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> model = model_of("cox", cells, "a")
    >>> model.fit.terms, model.fit.coefficients.round(4), model.std_errors.round(4)
    (('variant=b',), array([-0.9849]), array([0.2745]))
    """
    design = design_of(cells, control, covariates)
    sample = _sample(design)
    strata = f"stratified by {', '.join(cells.strata)}" if cells.strata else ""
    fit = sample if isinstance(sample, NotEstimable) else cox(sample)
    return Model(
        method=method,
        design=design,
        sample=sample,
        fit=fit,
        std_errors=fit if isinstance(fit, NotEstimable) else fit.std_errors,
        note=joined(strata, cells.note, design.note),
    )


def _sample(design: Design) -> CoxSample | NotEstimable:
    if not design.terms:
        return NotEstimable("no two levels with events to compare")
    for term in design.terms:
        if reason := reason_of(np.abs(term.column).max(keepdims=True, initial=0.0)):
            return NotEstimable(f"{term.label}: {reason}")
    return CoxSample(
        time=design.cells.time,
        event=design.cells.event,
        n=design.cells.n,
        stratum=design.cells.stratum if design.cells.strata else None,
        design=np.column_stack([term.column for term in design.terms]),
        terms=tuple(term.label for term in design.terms),
        entry=design.cells.entry,
    )
