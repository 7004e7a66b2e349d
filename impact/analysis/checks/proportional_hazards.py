"""Does one hazard ratio tell the whole story? Judged by its size in parts of follow-up.

With enough customers every test rejects; with few, parts differ by chance. So it takes both.
"""

from itertools import groupby
from math import inf

from experiments.plan.document import Plan, Role
from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.headlines import PIECEWISE
from impact.analysis.sufficient import ALL
from impact.analysis.survival.rows import ChiSquare
from impact.analysis.wording import time_text

NAME = "proportional_hazards"
SIGNIFICANT = 0.01
MATERIAL = 1.25  # the largest hazard ratio of a part of follow-up over the smallest

Parts = dict[str, list[tuple[float, float]]]  # by variant: where a part ends, its hazard ratio


def proportional_hazards(context: CheckContext) -> Check | None:
    """Warn when the effect on the primary metric clearly and materially changes over time.

    None for a primary metric without a time to event, or when nothing can be tested.

    >>> from dataclasses import replace
    >>> from datetime import UTC, datetime
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: retention, role: primary, kind: time_to_event, source: churn}]}''')
    >>> row = Estimate(metric="retention", kind="time_to_event", method="cox_piecewise",
    ...     quantity="hazard_ratio", variant="b", baseline="a")
    >>> test = replace(row, quantity="proportional_hazards", variant="", statistic=9.0, df=1.0)
    >>> parts = replace(row, at=30.0, value=0.7), replace(row, at=90.0, value=1.1)
    >>> context = CheckContext(plan=plan, counts=CheckCounts(assigned=()), arms=(), final=True,
    ...     estimates=(test, *parts), as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = proportional_hazards(context)
    >>> print(check.status.value, check.message)  # doctest: +NORMALIZE_WHITESPACE
    warn The hazard ratio of b is 0.70 in the first 30 days and 1.10 after. The effect changes
    over time: one hazard ratio is only its average. Read the retention curves and the
    difference in time retained.
    """
    test = _test(context)
    if test is None:
        return None
    parts = _parts(context)
    changes, matters = test.p_value < SIGNIFICANT, _spread(parts) > MATERIAL
    sizes = [_sentence(context.plan, variant, ratios) for variant, ratios in parts.items()]
    return Check(
        name=NAME,
        status=CheckStatus.WARN if changes and matters else CheckStatus.PASS,
        message=" ".join([*sizes, _meaning(changes=changes, matters=matters)]),
        statistic=test.statistic if context.final else None,
        df=test.df if context.final else None,
        p_value=test.p_value if context.final else None,
    )


def _test(context: CheckContext) -> ChiSquare | None:
    for row in _rows(context, NAME):
        if row.statistic is not None and row.df is not None:
            return ChiSquare(statistic=row.statistic, df=row.df)
    return None


def _rows(context: CheckContext, quantity: str) -> list[Estimate]:
    """Return the primary metric's rows of the whole experiment about no covariate."""
    primary = {metric.key for metric in context.plan.metrics if metric.role is Role.PRIMARY}
    return [
        row
        for row in context.estimates
        if row.metric in primary and (row.quantity, row.segment, row.term) == (quantity, ALL, "")
    ]


def _parts(context: CheckContext) -> Parts:
    rows = [row for row in _rows(context, "hazard_ratio") if row.method == PIECEWISE]
    parts: Parts = {}
    for variant, own in groupby(sorted(rows, key=_variant), key=_variant):
        known = [(row.at, _ratio(row)) for row in own]
        parts[variant] = sorted((at, r) for at, r in known if at is not None and r is not None)
    return parts


def _variant(row: Estimate) -> str:
    return row.variant


def _ratio(row: Estimate) -> float | None:
    """Return the hazard ratio; 0 or infinite where one of the arms alone has churn."""
    if row.value is not None:
        return row.value
    if row.events_variant and not row.events_baseline:
        return inf
    return 0.0 if row.events_baseline and not row.events_variant else None


def _spread(parts: Parts) -> float:
    """Return the largest ratio over the smallest, of the variant in which they differ most."""
    spreads = [1.0]
    for known in parts.values():
        ratios = [ratio for _, ratio in known]
        if ratios and min(ratios) < max(ratios):
            spreads.append(max(ratios) / min(ratios) if min(ratios) > 0 else inf)
    return max(spreads)


def _sentence(plan: Plan, variant: str, known: list[tuple[float, float]]) -> str:
    if not known:
        return f"The hazard ratio of {variant} cannot be given in parts."
    said = [f"{_text(ratio)} {_when(plan, place, known)}" for place, (_, ratio) in enumerate(known)]
    *first, last = said
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"The hazard ratio of {variant} is {listed}."


def _text(ratio: float) -> str:
    return "infinite" if ratio == inf else f"{ratio:.2f}"


def _when(plan: Plan, place: int, known: list[tuple[float, float]]) -> str:
    end = time_text(plan, known[place][0])
    if place == 0:
        return f"in the first {end}"
    return "after" if place == len(known) - 1 else f"from then to {end}"


def _meaning(*, changes: bool, matters: bool) -> str:
    factor = f"a factor of {MATERIAL:g}"
    if changes and matters:
        return (
            "The effect changes over time: one hazard ratio is only its average. Read the "
            "retention curves and the difference in time retained."
        )
    if changes:
        return f"The effect changes over time, by less than {factor}: one hazard ratio will do."
    if matters:
        return f"They differ by more than {factor}, which is within chance."
    return "No change of the effect over time is shown: one hazard ratio will do."
