"""Covariates of a metric, read: a name alone is a category."""

from decimal import Decimal
from itertools import pairwise

from experiments.plan.document import Covariate, CovariateKind
from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Mapping, Scalar, Sequence


def read_covariates(section: Section) -> list[Covariate]:
    """Return what stands under `covariates`: names, or mappings of name, kind and edges."""
    value = section.given("covariates")
    items = value.items if isinstance(value, Sequence) else () if value is None else (value,)
    covariates = []
    for number, item in enumerate(items, start=1):
        if isinstance(item, Mapping):
            path = f"{section.place('covariates')}[{number}]"
            inner = Section(path=path, mapping=item, violations=section.violations)
            covariates.append(_covariate(inner))
        elif isinstance(item, Scalar) and not item.is_null:
            covariates.append(Covariate(name=item.text.strip()))
        else:
            section.refuse("covariates", "must be a name, or a mapping of name, kind, edges", item)
    _refuse_repeated(section, covariates)
    return covariates


def _refuse_repeated(section: Section, covariates: list[Covariate]) -> None:
    names = [covariate.name for covariate in covariates]
    for name in sorted({name for name in names if names.count(name) > 1}):
        section.refuse("covariates", "must be named once", name)


def _covariate(section: Section) -> Covariate:
    kind = section.choice("kind", CovariateKind, default=CovariateKind.CATEGORICAL)
    edges = tuple(_edges(section))
    if (kind is CovariateKind.BINS) != bool(edges):
        section.refuse("edges", "bins have edges, and only bins")
    covariate = Covariate(name=section.text("name", required=True), kind=kind, edges=edges)
    section.refuse_unknown()
    return covariate


def _edges(section: Section) -> list[float]:
    edges = []
    for item in section.names("edges"):
        try:
            edges.append(float(Decimal(item.text)))
        except ArithmeticError:
            section.refuse("edges", "must be numbers", item)
    finite = all(abs(edge) < float("inf") for edge in edges)
    if not finite or any(low >= high for low, high in pairwise(edges)):
        section.refuse("edges", "must be finite and ascend")
        return []
    return edges
