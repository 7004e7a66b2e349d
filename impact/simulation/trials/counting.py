"""From units in arms to the sufficient statistics that a report is made from."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from experiments.plan.document import Kind, Plan, Role
from experiments.plan.looks import Looks
from impact.analysis.sufficient import (
    ArmCount,
    ArmMoments,
    ArmProportion,
    CheckCounts,
    Moments,
    SufficientStatistics,
)
from impact.simulation.trials.crossing import crossed_counts
from impact.simulation.trials.earning import lifetimes_of
from impact.simulation.trials.grouping import clusters_of, survival_of
from impact.simulation.trials.outcomes import Booleans, Integers, Outcomes, Values
from impact.simulation.trials.ranking import quantiles_of
from impact.simulation.trials.windowing import windows_of


def final_plan(plan: Plan) -> Plan:
    """Return the plan as it is read at its end, metric by metric and for everybody together.

    Without segments, money, compliance, families and a Bayesian view, which make no claim of a
    metric of their own, and without regression adjustment beyond CUPED; variants do not make each
    other wait where nobody is treated.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... segments: [tier], looks: {planned_end: 2026-12-01}, metrics: [{key: visits, role: primary,
    ... kind: mean, source: contacts, window: 30}]}''')
    >>> final = final_plan(plan)
    >>> final.segments, final.looks.planned_end, final.metrics == plan.metrics
    ((), None, True)
    """
    return replace(
        plan,
        metrics=tuple(replace(metric, lin=None) for metric in plan.metrics),
        looks=Looks(),
        segments=(),
        economics=None,
        compliance=None,
        bayesian=None,
        saturation="",
        families=(),
        shared_queue=False,
    )


def statistics_of(plan: Plan, outcomes: Outcomes, arms: Integers) -> SufficientStatistics:
    """Return what a report is computed from; `arms` has the place of each unit's variant.

    `plan` is a `final_plan`. The same numbers as the join's over the same units, to rounding.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> values = Values(
    ...     names=("y",), numbers=np.array([[1.0], [0], [1], [np.nan]]), counts=np.full(4, True))
    >>> found = statistics_of(
    ...     plan, Outcomes(size=4, values={"solved": values}), np.array([0, 0, 1, 1]))
    >>> [(arm.variant, arm.n, arm.successes) for arm in found.proportions["solved"]]
    [('a', 2, 1), ('b', 1, 1)]
    """
    members = {variant: arms == place for place, variant in enumerate(plan.variants)}
    sizes = {variant: int(here.sum()) for variant, here in members.items()}
    kinds = {metric.key: metric.kind for metric in plan.metrics}
    return SufficientStatistics(
        arms=tuple(
            ArmCount(variant=variant, n_units=size, n_eligible=size, n_mature=size)
            for variant, size in sizes.items()
        ),
        checks=CheckCounts(assigned=tuple(sizes.items())),
        survival={
            key: (survival_of(times, arms, np.asarray(plan.variants)),)
            for key, times in outcomes.times.items()
        },
        clusters={
            key: (clusters_of(values, arms, np.asarray(plan.variants)),)
            for key, values in outcomes.values.items()
            if values.cluster is not None
        },
        crossed={
            key: crossed_counts(crossed, arms, np.asarray(plan.variants))
            for key, crossed in outcomes.crossed.items()
        },
        windows={
            key: windows_of(values, outcomes.slots, arms, np.asarray(plan.variants))
            for key, values in outcomes.values.items()
            if outcomes.slots is not None
        },
        lifetimes={
            key: lifetimes_of(paid, arms, plan.variants) for key, paid in outcomes.payments.items()
        },
        quantiles={
            key: tuple(quantiles_of(plan, plan.metric(key), ranked, members))
            for key, ranked in outcomes.ranked.items()
        },
        moments={
            key: tuple(_moments(values, members))
            for key, values in outcomes.values.items()
            if kinds[key] is not Kind.PROPORTION
        },
        proportions={
            key: tuple(_proportions(values, members))
            for key, values in outcomes.values.items()
            if kinds[key] is Kind.PROPORTION
        },
        caps={key: values.cap for key, values in outcomes.values.items() if values.cap is not None},
        not_estimable=dict(outcomes.not_estimable),
        currency=outcomes.currency,
    )


def alone(plan: Plan, key: str) -> Plan:
    """Return the plan with one metric, which is then the primary one.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30},
    ... {key: paid, role: secondary, kind: mean, source: revenue.amount, window: 30}]}''')
    >>> alone(plan, "paid").primary.key
    'paid'
    """
    return replace(plan, metrics=(replace(plan.metric(key), role=Role.PRIMARY),))


def _moments(values: Values, members: Mapping[str, Booleans]) -> Iterator[ArmMoments]:
    complete = values.complete
    for variant, here in members.items():
        rows = values.numbers[complete & here]
        means = rows.mean(axis=0) if len(rows) else np.zeros(len(values.names))
        centred = rows - means
        moments = Moments(names=values.names, n=len(rows), means=means, cross=centred.T @ centred)
        yield ArmMoments(variant=variant, moments=moments)


def _proportions(values: Values, members: Mapping[str, Booleans]) -> Iterator[ArmProportion]:
    complete, happened = values.complete, values.column("y") > 0
    for variant, here in members.items():
        counted = complete & here
        n, successes = int(counted.sum()), int((counted & happened).sum())
        yield ArmProportion(variant=variant, n=n, successes=successes)
