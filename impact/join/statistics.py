"""From assignments and outcomes to the sufficient statistics of every metric of a plan."""

from dataclasses import replace
from datetime import datetime

from ibis.expr.types import Table

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.magnitudes import within_range
from impact.analysis.sufficient import ArmMoments, ArmProportion, SufficientStatistics
from impact.engine import Engine
from impact.join.adjusted import adjusted_of
from impact.join.answers import answers_of, response_by_cluster
from impact.join.at_risk import at_risk_of
from impact.join.caps import caps_of
from impact.join.checks import arm_counts, check_counts, tally
from impact.join.clusters import cluster_counts
from impact.join.compliance import compliance_moments
from impact.join.crossed import crossed_counts
from impact.join.ended_early import ended_early
from impact.join.epochs import Splits, changed_splits, declared_version, epoch_moments
from impact.join.exchange import currency_of
from impact.join.inputs import Inputs
from impact.join.lacking import lacking
from impact.join.lifetimes import lifetimes_of
from impact.join.measures import all_measures, pre_period_measures
from impact.join.moments import moments_of, proportions_of
from impact.join.money import money_vectors
from impact.join.neighbours import with_neighbours
from impact.join.past_looks import past_information
from impact.join.pre_period import pre_period_moments
from impact.join.quantiles import quantiles_of
from impact.join.slots import by_contact
from impact.join.splits import EPOCH
from impact.join.start_times import start_times
from impact.join.survival import causes_of, survival_counts
from impact.join.switchback import window_counts
from impact.join.units import build_units
from impact.join.vector import Vector
from impact.join.vectors import vectors_of, with_adjustments
from impact.join.visible import visible
from impact.join.windows import measure_units


def sufficient_statistics(
    connection: Engine, inputs: Inputs, plan: Plan, *, as_of: datetime
) -> SufficientStatistics:
    """Return what every estimate is computed from, as things were known at `as_of`.

    Two group-bys over all units and one or two per segment column, after one pass per table.

    Raises:
        InputMissing: a table or column that the plan measures or splits by was not given.
        InvalidBatch: an assignment names a variant that the plan does not have.
        UnknownCurrency: an amount that counts has no dated rate.
    """

    def counted(bare: Plan, moment: datetime) -> SufficientStatistics:
        return _statistics_at(connection, inputs, bare, as_of=moment)

    found = _statistics_at(connection, inputs, plan, as_of=as_of)
    return within_range(replace(found, information=past_information(plan, as_of, counted)))


def _statistics_at(
    connection: Engine, inputs: Inputs, plan: Plan, *, as_of: datetime
) -> SufficientStatistics:
    known = by_contact(visible(inputs, as_of), plan)
    plan = with_neighbours(plan, known)
    reasons = {metric.key: lacking(known, metric) for metric in plan.metrics}
    metrics = [metric for metric in plan.metrics if not reasons[metric.key]]
    earlier = pre_period_measures(plan, known)
    measures = all_measures(plan, metrics, known, earlier.values())
    lifetimes = [metric for metric in metrics if metric.is_lifetime]
    by_rows = lifetimes or any(
        metric.kind is Kind.QUANTILE or _meets_customers(metric) for metric in metrics
    )
    with_ids = bool(measures or by_rows)
    units = build_units(connection, known, plan, as_of=as_of, with_ids=with_ids)
    eligible = units.filter(units.eligible)
    measured = measure_units(connection, eligible, known, plan, measures)
    caps = caps_of(measured, [metric for metric in metrics if metric.is_windowed], as_of)
    adjusted = with_adjustments(measured, metrics)
    vectors = vectors_of(adjusted, metrics, as_of, caps)
    money = money_vectors(adjusted, known, plan, as_of)
    moments, proportions = _windowed(adjusted, plan, vectors)
    splits = changed_splits(eligible, plan)
    tallies = tally(units, plan, as_of)
    return SufficientStatistics(
        arms=arm_counts(tallies),
        checks=check_counts(
            tallies,
            known,
            pre_period_moments(measured, plan, earlier),
            plan,
            start_times(eligible, plan, declared_version(eligible, plan)),
        ),
        survival={
            metric.key: survival_counts(eligible, known, plan, _within_epochs(metric, splits))
            for metric in metrics
            if metric.kind is Kind.TIME_TO_EVENT
        },
        moments=moments,
        proportions=proportions,
        money=moments_of(adjusted, money, plan, plan.segments),
        ended_early=ended_early(measured, metrics, known, plan, as_of),
        lifetimes={
            metric.key: lifetimes_of(connection, eligible, known, plan, metric)
            for metric in lifetimes
        },
        adjusted={
            metric.key: adjusted_of(connection, measured, plan, metric, as_of=as_of)
            for metric in metrics
            if metric.lin is not None
        },
        answers={
            metric.key: found
            for metric in metrics
            if (found := answers_of(measured, plan, metric, as_of=as_of))
        },
        response={
            metric.key: counts
            for metric in metrics
            if (counts := response_by_cluster(measured, metric, as_of=as_of)) is not None
        },
        quantiles={
            metric.key: quantiles_of(connection, measured, known, plan, metric, as_of=as_of)
            for metric in metrics
            if metric.kind is Kind.QUANTILE
        },
        caps=caps,
        compliance=compliance_moments(adjusted, vectors, plan),
        clusters=cluster_counts(adjusted, vectors, plan),
        splits=splits,
        epochs=epoch_moments(adjusted, [*(found for _, found in vectors), *money], plan, splits),
        windows=window_counts(adjusted, vectors, plan),
        crossed=crossed_counts(adjusted, known, plan, metrics, as_of),
        not_estimable={key: reason for key, reason in reasons.items() if reason},
        currency=currency_of(known.revenue, plan),
    )


def _meets_customers(metric: Metric) -> bool:
    """Whether a metric needs to know whose a unit is: to find kinds of churn, or dates."""
    return bool(metric.source.where or causes_of(metric) or at_risk_of(metric))


def _within_epochs(metric: Metric, splits: Splits) -> Metric:
    """Where the split changed between versions, each version is a stratum."""
    if not splits or EPOCH in metric.strata:
        return metric
    return replace(metric, strata=(*metric.strata, EPOCH))


def _windowed(
    adjusted: Table, plan: Plan, vectors: list[tuple[Metric, Vector]]
) -> tuple[dict[str, tuple[ArmMoments, ...]], dict[str, tuple[ArmProportion, ...]]]:
    counted = [vector for metric, vector in vectors if metric.kind is Kind.PROPORTION]
    averaged = [vector for metric, vector in vectors if metric.kind is not Kind.PROPORTION]
    return (
        moments_of(adjusted, averaged, plan, plan.segments),
        proportions_of(adjusted, counted, plan, plan.segments),
    )
