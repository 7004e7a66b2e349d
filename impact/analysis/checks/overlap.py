"""Did other experiments on the same units bend the comparison, or its effect?"""

from experiments.plan.document import Role
from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.segments.neighbours import PREFIX, Overlap, overlaps
from impact.stats.contingency import Independence, independence

NAME = "overlap"
UNBALANCED, INTERACTS = 0.001, 0.01


def overlap(context: CheckContext) -> Check | None:
    """Warn when another experiment's arms lean on ours, or when the effect differs between them.

    Randomised apart, two experiments cross: each arm of ours holds the same mix of the other's
    arms, and the effect is an average over that mix. Warn where the mixes differ (chi-square of
    independence) and where the interaction, adjusted over all that were searched, is clear. None
    without another experiment.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: spend, role: primary, kind: mean, source: revenue.amount, window: 90}]}''')
    >>> cells = [("a", "new", 300), ("b", "new", 200), ("a", "old", 200), ("b", "old", 300)]
    >>> rows = tuple(Estimate(metric="spend", kind="mean", method="student", quantity="mean",
    ...     variant=arm, segment=f"neighbour_ivr={other}", n_variant=n) for arm, other, n in cells)
    >>> context = CheckContext(plan=plan, counts=CheckCounts(assigned=()), arms=(), final=True,
    ...     estimates=rows, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = overlap(context)
    >>> print(check.status.value, check.message)  # doctest: +NORMALIZE_WHITESPACE
    warn 100.0% of 1,000 customers were in ivr as well. The arms hold different mixes of the
    arms of ivr (p = 2.54e-10): what it does is part of the difference shown here.
    """
    primary = (metric for metric in context.plan.metrics if metric.role is Role.PRIMARY)
    matrices = (overlaps(context.plan, metric, context.estimates) for metric in primary)
    found = [part for parts in matrices for part in parts if part.shared]
    unknown = [key for key in context.plan.neighbours if key not in {p.experiment for p in found}]
    if not found:
        return _unknown(unknown)
    lean = [part for part in found if _p_value(part) < UNBALANCED]
    rows = _interactions(context, {part.experiment for part in found})
    clear = [row for row in rows if _adjusted(row) < INTERACTS]
    sentences = [_sentence(context, part) for part in found]
    sentences += [_leaning(context, part) for part in lean]
    sentences += [_differing(row) for row in clear] or [_no_difference(rows)]
    sentences += [_nobody(key) for key in unknown]
    return Check(
        name=NAME,
        status=CheckStatus.WARN if lean or clear or unknown else CheckStatus.PASS,
        message=" ".join(filter(None, sentences)),
        statistic=max(part.shared / part.total for part in found),
    )


def _unknown(keys: list[str]) -> Check | None:
    if not keys:
        return None
    message = " ".join(_nobody(key) for key in keys)
    return Check(name=NAME, status=CheckStatus.WARN, message=message)


def _nobody(key: str) -> str:
    return f"The plan names {key}, and no unit is known to have been in it."


def _p_value(part: Overlap) -> float:
    """Return that of Pearson's test; 1 where nothing is left to compare."""
    test = independence(part.units)
    return test.p_value if isinstance(test, Independence) else 1.0


def _interactions(context: CheckContext, experiments: set[str]) -> list[Estimate]:
    return [
        row
        for row in context.estimates
        if (row.metric, row.quantity) == (context.plan.primary.key, "interaction")
        and row.term.removeprefix(PREFIX) in experiments
        and row.term.startswith(PREFIX)
        and row.p_value is not None
    ]


def _adjusted(row: Estimate) -> float:
    p = row.p_value if row.p_value_adjusted is None else row.p_value_adjusted
    return 1.0 if p is None else p


def _sentence(context: CheckContext, part: Overlap) -> str:
    share = f"{part.shared / part.total:.1%} of {context.units(part.total)}"
    return f"{share} were in {part.experiment} as well."


def _leaning(context: CheckContext, part: Overlap) -> str:
    return (
        f"The arms hold different mixes of the arms of {part.experiment}"
        f"{context.p_value(_p_value(part))}: what it does is part of the difference shown here."
    )


def _differing(row: Estimate) -> str:
    other = row.term.removeprefix(PREFIX)
    return (
        f"The effect of {row.variant} differs between the arms of {other} (interaction p = "
        f"{row.p_value:.3g}, adjusted {_adjusted(row):.3g}): shipped together they do something "
        "else than one by one."
    )


def _no_difference(rows: list[Estimate]) -> str:
    return "The effect is not shown to differ between their arms." if rows else ""
