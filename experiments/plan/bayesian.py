"""Whether a plan asks for a Bayesian view of its primary metric, and which gain is worthwhile."""

from dataclasses import dataclass

from experiments.plan.fields import Section
from experiments.plan.numbers import number

WORTHWHILE_RULE = "must be a relative gain greater than 0 and less than 1, as 0.02"
SCALE_RULE = "must be greater than 0 and at most 1: the spread of relative effects before the data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bayesian:
    """A gain of `worthwhile` (relative: 0.02 is two per cent) or more would be worth having.

    `prior_sd` is the spread of relative effects that is expected before the data, where past
    experiments are too few to learn it from; None for the one that is usual.
    """

    worthwhile: float
    prior_sd: float | None = None


def read_bayesian(section: Section) -> Bayesian | None:
    """Return what stands under `bayesian`, None where nothing does."""
    inner = section.section("bayesian")
    if inner is None:
        return None
    worthwhile, prior_sd = number(inner, "worthwhile"), number(inner, "prior_sd")
    if worthwhile is None or not 0 < worthwhile < 1:
        inner.refuse("worthwhile", WORTHWHILE_RULE)
    if prior_sd is not None and not 0 < prior_sd <= 1:
        inner.refuse("prior_sd", SCALE_RULE)
    inner.refuse_unknown()
    return Bayesian(worthwhile=worthwhile or 0.0, prior_sd=prior_sd)
