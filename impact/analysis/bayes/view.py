"""The Bayesian view: prior, posterior, the probability of harm and of a worthwhile gain."""

import math

from experiments.plan.document import Metric, Plan
from impact.analysis.bayes.effects import ON_LOGARITHM, benefit_of
from impact.analysis.benefits import favours_less
from impact.analysis.estimates import BayesianView, Estimate
from impact.analysis.headlines import headline_of
from impact.analysis.sufficient import PastEffect
from impact.stats.bayes.normal import Normal, posterior
from impact.stats.bayes.past import learned_prior
from impact.stats.estimable import NotEstimable

USUAL_SD = 0.2  # relative effects beyond plus or minus 40 per cent are rare
LARGEST = 1.0  # a past effect is no effect when its error is larger than everything


def bayesian_views(
    plan: Plan,
    estimates: tuple[Estimate, ...],
    past: tuple[PastEffect, ...],
    *,
    look: int | None,
) -> tuple[BayesianView, ...]:
    """Return the view of the primary metric in each variant that has an effect.

    None unless the plan asks for it, and none before the planned end: a posterior is no licence
    to look early.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}],
    ... bayesian: {worthwhile: 0.02}}''')
    >>> row = Estimate(metric="visits", kind="mean", method="delta", variant="b", baseline="a",
    ...     quantity="relative_difference", value=0.05, std_error=0.02)
    >>> (view,) = bayesian_views(plan, (row,), (), look=None)
    >>> round(view.mean, 3), round(view.probability_of_harm, 3), view.prior_from
    (0.05, 0.006, 'weakly informative: fewer than 5 past experiments')
    >>> bayesian_views(plan, (row,), (), look=1)
    ()
    """
    if plan.bayesian is None or look is not None:
        return ()
    prior, source = _prior_of(plan, past)
    views = (
        _view(plan, variant, estimates, prior, source)
        for variant in plan.variants
        if variant != plan.control
    )
    return tuple(view for view in views if view is not None)


def _prior_of(plan: Plan, past: tuple[PastEffect, ...]) -> tuple[Normal, str]:
    """Return the prior and where it comes from: past experiments, or else a stated weak one."""
    given = plan.bayesian.prior_sd if plan.bayesian else None
    usual = Normal(mean=0.0, sd=given or USUAL_SD)
    known = [found for found in past if found.std_error <= LARGEST]
    found = learned_prior(
        [effect.effect for effect in known], [effect.std_error for effect in known], usual=usual
    )
    if isinstance(found, NotEstimable):
        return usual, f"weakly informative: {found.reason}"
    experiments = len({effect.experiment for effect in known})
    return found, f"learnt from {experiments} past experiments"


def _view(
    plan: Plan, variant: str, estimates: tuple[Estimate, ...], prior: Normal, source: str
) -> BayesianView | None:
    metric = plan.primary
    benefit = benefit_of(metric, variant, estimates)
    if benefit is None or plan.bayesian is None:
        return None
    after = posterior(prior, *benefit)
    low, high = after.interval(plan.confidence_level)
    worthwhile = plan.bayesian.worthwhile
    return BayesianView(
        metric=metric.key,
        variant=variant,
        baseline=plan.control,
        scale=_scale(metric),
        prior_mean=prior.mean,
        prior_sd=prior.sd,
        prior_from=source,
        mean=after.mean,
        sd=after.sd,
        ci_low=low,
        ci_high=high,
        credible_level=plan.confidence_level,
        probability_of_harm=after.below(0.0),
        worthwhile=worthwhile,
        probability_worthwhile=1 - after.below(_threshold(metric, worthwhile)),
    )


def _threshold(metric: Metric, worthwhile: float) -> float:
    """Return the benefit of a worthwhile gain: on the logarithm where the effect is a ratio."""
    if not _on_logarithm(metric):
        return worthwhile
    return -math.log1p(-worthwhile) if favours_less(metric) else math.log1p(worthwhile)


def _scale(metric: Metric) -> str:
    if not _on_logarithm(metric):
        return "fraction of the control's value"
    turned = "minus the " if favours_less(metric) else ""
    name = "hazard ratio" if headline_of(metric).effect in ON_LOGARITHM else "risk ratio"
    return f"{turned}logarithm of the {name}"


def _on_logarithm(metric: Metric) -> bool:
    return (
        headline_of(metric).effect in ON_LOGARITHM
        or headline_of(metric).effect == "proportion_difference"
    )
