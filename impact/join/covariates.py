"""Covariates, strata and segments of the units: labels, or numbers."""

import ibis
from ibis.expr.types import FloatingValue, StringValue, Table

from experiments.plan.document import Covariate, CovariateKind
from impact.analysis.bins import MISSING, bin_labels
from impact.join.splits import split_column


def label(units: Table, name: str) -> StringValue:
    """Return a column's text, "(missing)" where there is none."""
    return units[split_column(name)].fill_null(MISSING)


def number(units: Table, name: str) -> FloatingValue:
    """Return a column's number, null where there is none or the text is no finite number."""
    value = units[split_column(name)].try_cast("float64")
    return (value.isnan() | value.isinf()).ifelse(None, value)


def covariate_value(units: Table, covariate: Covariate) -> StringValue | FloatingValue:
    """Return the covariate as the model takes it: a label, or a number."""
    match covariate.kind:
        case CovariateKind.CATEGORICAL:
            return label(units, covariate.name)
        case CovariateKind.NUMERIC:
            return number(units, covariate.name)
        case CovariateKind.BINS:
            return _binned(number(units, covariate.name), covariate.edges)


def _binned(value: FloatingValue, edges: tuple[float, ...]) -> StringValue:
    labels = bin_labels(edges)
    branches = [(value < edge, text) for edge, text in zip(edges, labels, strict=False)]
    return ibis.cases((value.isnull(), MISSING), *branches, else_=labels[-1])
