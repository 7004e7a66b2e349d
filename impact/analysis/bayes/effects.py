"""Effects as benefits on a relative scale, on which experiments can be compared."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from experiments.plan.document import Metric, Plan
from impact.analysis.benefits import favours_less
from impact.analysis.estimates import COLUMNS, Estimate, Verdict
from impact.analysis.headlines import effect_row, headline_of
from impact.analysis.sufficient import ALL, PastEffect

ON_LOGARITHM = ("hazard_ratio", "risk_ratio")
RELATIVE = (*ON_LOGARITHM, "relative_difference")


def benefit_of(
    metric: Metric, variant: str, estimates: Iterable[Estimate]
) -> tuple[float, float] | None:
    """Return a variant's relative benefit (more is better) and its error; None where unknown.

    The logarithm of a hazard or risk ratio, the relative difference of anything else.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="retention", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> row = Estimate(metric="retention", kind="time_to_event", method="cox", variant="b",
    ...     quantity="hazard_ratio", value=0.8, std_error=0.1)
    >>> benefit, std_error = benefit_of(metric, "b", [row])
    >>> round(benefit, 4), std_error
    (0.2231, 0.1)
    >>> benefit_of(metric, "c", [row]) is None
    True
    """
    row = _relative_row(metric, variant, tuple(estimates))
    if row is None or row.value is None or not row.std_error:
        return None
    on_logarithm = row.quantity in ON_LOGARITHM
    if on_logarithm and row.value <= 0:
        return None
    effect = math.log(row.value) if on_logarithm else row.value
    return (-effect if favours_less(metric) else effect), row.std_error


def past_effects(plan: Plan, documents: Iterable[Mapping[str, Any]]) -> tuple[PastEffect, ...]:
    """Return what past reports say of the plan's primary metric, by its key and kind.

    `documents` are analysis documents as `analyze --format json` prints them, the latest of an
    experiment first. Interim reports, and those whose split was broken, teach nothing.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}],
    ... bayesian: {worthwhile: 0.02}}''')
    >>> row = {"metric": "visits", "kind": "mean", "quantity": "relative_difference",
    ...     "method": "delta", "variant": "warm", "baseline": "mild", "value": 0.03,
    ...     "std_error": 0.01}
    >>> report = {"experiment": "tone", "decision": {"verdict": "ship"}, "estimates": [row]}
    >>> past_effects(plan, [report, report | {"experiment": "calls"}])
    (PastEffect(experiment='tone', effect=0.03, std_error=0.01),)
    """
    if plan.bayesian is None:
        return ()
    found: dict[str, tuple[PastEffect, ...]] = {}
    for document in documents:
        key = str(document["experiment"])
        if key != plan.key and key not in found and _is_final(document):
            found[key] = tuple(_of_document(plan.primary, document))
    return tuple(effect for effects in found.values() for effect in effects)


def _is_final(document: Mapping[str, Any]) -> bool:
    identified = document["decision"]["verdict"] != Verdict.NOT_IDENTIFIED
    return identified and all(row.get("look") is None for row in document["estimates"])


def _of_document(metric: Metric, document: Mapping[str, Any]) -> Iterable[PastEffect]:
    rows = tuple(
        Estimate(**{name: row[name] for name in COLUMNS if name in row})
        for row in document["estimates"]
        if (row["metric"], row["kind"]) == (metric.key, metric.kind.value)
    )
    for variant in dict.fromkeys(row.variant for row in rows if row.variant and row.baseline):
        benefit = benefit_of(metric, variant, rows)
        if benefit is not None:
            yield PastEffect(
                experiment=str(document["experiment"]), effect=benefit[0], std_error=benefit[1]
            )


def _relative_row(metric: Metric, variant: str, estimates: tuple[Estimate, ...]) -> Estimate | None:
    if headline_of(metric).effect in ON_LOGARITHM:
        return effect_row(metric, variant, estimates)
    rows = (
        row
        for row in estimates
        if (row.metric, row.variant, row.segment, row.term) == (metric.key, variant, ALL, "")
        and row.quantity in RELATIVE
        and row.population == "intention_to_treat"
    )
    return next((row for row in rows if row.value is not None), None)
