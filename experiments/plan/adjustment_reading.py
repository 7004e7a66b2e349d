"""How a mean is adjusted, read: by CUPED with one number, or by Lin's model with several."""

from experiments.plan.covariates_reading import read_covariates
from experiments.plan.document import Cuped, Lin, TimeUnit
from experiments.plan.fields import Section
from experiments.plan.lengths import days

CUPED, LIN = "cuped", "lin"


def read_cuped(section: Section, time_unit: TimeUnit) -> Cuped | None:
    """Return the one number that a mean is adjusted by; None without or with another method."""
    inner = section.section("adjustment")
    if inner is None or _method(inner) == LIN:
        return None
    if _method(inner) != CUPED:
        inner.refuse("method", f"must be {CUPED} or {LIN}: this release has no such method")
    pre_window = days(inner, "pre_window", time_unit)
    covariate = inner.text("covariate") or None
    if (inner.given("pre_window") is None) == (covariate is None):
        inner.refuse("method", "needs exactly one of pre_window and covariate", _method(inner))
    inner.refuse_unknown()
    return Cuped(pre_window=pre_window, covariate=covariate)


def read_lin(section: Section, time_unit: TimeUnit) -> Lin | None:
    """Return the covariates of the fully interacted model; None where the method is another."""
    inner = section.section("adjustment")
    if inner is None or _method(inner) != LIN:
        return None
    found = Lin(
        pre_window=days(inner, "pre_window", time_unit),
        covariates=tuple(read_covariates(inner)),
    )
    if inner.given("pre_window") is None and inner.given("covariates") is None:
        inner.refuse("method", "needs pre_window, covariates, or both", LIN)
    inner.refuse_unknown()
    return found


def _method(inner: Section) -> str:
    return inner.text("method") or CUPED
