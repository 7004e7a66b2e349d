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
    SurvivalCounts,
)
from impact.simulation.trials.outcomes import Booleans, Integers, Outcomes, Texts, Times, Values

OUTSIDE = -1  # the arm of a unit that does not take part


def final_plan(plan: Plan) -> Plan:
    """Return the plan as it is read at its end, metric by metric and for everybody together.

    Without segments, money, compliance, families and a Bayesian view, which make no claim of a
    metric of their own, and without regression adjustment beyond CUPED; variants do not make each
    other wait where nobody is treated.
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
            key: (_survival(times, arms, np.asarray(plan.variants)),)
            for key, times in outcomes.times.items()
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
    """Return the plan with one metric, which is then the primary one."""
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


def _survival(times: Times, arms: Integers, variants: Texts) -> SurvivalCounts:
    """Count identical rows: labels are numbered, so that a row is one integer."""
    taking_part = arms != OUTSIDE
    columns = {**times.covariates, **times.strata}
    labels = {name: np.unique(column, return_inverse=True) for name, column in columns.items()}
    codes = arms[taking_part].astype(np.int64)
    longest = int(times.time.max(initial=0)) + 1
    for known, number in labels.values():
        codes = codes * len(known) + number[taking_part]
    codes = (codes * longest + times.time[taking_part]) * 2 + times.event[taking_part]
    found, n = np.unique(codes, return_counts=True)
    rest, event = np.divmod(found, 2)
    rest, time = np.divmod(rest, longest)
    cells: dict[str, Texts] = {}
    for name, (known, _) in reversed(labels.items()):
        rest, number = np.divmod(rest, len(known))
        cells[name] = np.asarray(known[number], dtype=np.str_)
    return SurvivalCounts(
        variant=variants[rest],
        time=time,
        event=event,
        n=n.astype(np.int64),
        covariates={name: cells[name] for name in times.covariates},
        strata={name: cells[name] for name in times.strata},
    )
