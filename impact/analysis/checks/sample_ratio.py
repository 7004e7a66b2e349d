"""Did each arm get its share? If not, no comparison of the arms can be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.saturated import whole
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.rows import INTERIM
from impact.stats.estimable import NotEstimable
from impact.stats.sample_ratio import RatioTest, chi_square, combined, sequential

NAME = "sample_ratio"
KIND = "check"
ALARM = 0.001
Test = Callable[[Sequence[int], Sequence[float]], RatioTest | NotEstimable]


def sample_ratio(context: CheckContext) -> Check:
    """Fail when the split of eligible units is too far from the plan's weights to be chance.

    The fixed test at the end, the always-valid one while people watch. Where whole clusters are
    in one arm each, clusters were randomised, and clusters are counted. Where clusters drew how
    many of their units to treat, each share is what the units of its clusters are held to; where
    the plan gives versions weights of their own, each version's units are held to its weights.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(("a", 5400), ("b", 5000)))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = sample_ratio(context)
    >>> check.status.value, round(check.statistic, 2), check.message.partition(")")[0]
    ('fail', 15.38, 'Of 10,400 customers, a got 5,400 (51.92%, planned 50.00%')
    >>> early = sample_ratio(replace(context, final=False))
    >>> early.status.value, round(early.p_value, 3)
    ('pass', 0.005)
    """
    fixed, always = _tested(context, chi_square), _tested(context, sequential)
    if isinstance(fixed, NotEstimable) or isinstance(always, NotEstimable):
        message = f"The split cannot be checked: no {context.plan.unit.value} was assigned yet."
        return Check(name=NAME, status=CheckStatus.WARN, message=message)
    used = fixed if context.final else always
    return Check(
        name=NAME,
        status=CheckStatus.FAIL if used.p_value < ALARM else CheckStatus.PASS,
        message=(
            f"{_counted(context)} {_verdict(broken=used.p_value < ALARM)} "
            f"{_tests(context, fixed, always)}"
        ),
        statistic=used.statistic,
        df=used.df,
        p_value=used.p_value,
    )


def _tests(context: CheckContext, fixed: RatioTest, always: RatioTest) -> str:
    """Say the p-values; that of the fixed test only when it may be read."""
    valid = f"always-valid test p = {always.p_value:.3g}"
    if not context.final:
        return f"{valid[0].upper()}{valid[1:]}, which decides, below {ALARM}."
    first = f"Chi-square test p = {fixed.p_value:.3g}"
    return f"{first}, {valid}; the first decides, below {ALARM}."


def sample_ratio_row(context: CheckContext) -> Estimate:
    """Return the test of the split as a row.

    At the end the fixed test with its p-value, before it the log Bayes factor of the always-valid
    one.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(("a", 5400), ("b", 5000)))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> row = sample_ratio_row(context)
    >>> row.method, round(row.statistic, 2), row.df, round(row.p_value, 6)
    ('chi_square', 15.38, 1.0, 8.8e-05)
    >>> early = sample_ratio_row(replace(context, final=False))
    >>> early.method, round(early.statistic, 2), early.p_value
    ('dirichlet_multinomial', 5.29, None)
    """
    test = _tested(context, chi_square if context.final else sequential)
    blank = Estimate(
        metric=NAME,
        kind=KIND,
        method="chi_square" if context.final else "dirichlet_multinomial",
        quantity=NAME,
        look=None if context.final else context.look,
        note="" if context.final else INTERIM,
    )
    match test:
        case NotEstimable(reason=reason):
            return replace(blank, note=reason)
        case RatioTest():
            p_value = test.p_value if context.final else None
            return replace(blank, statistic=test.statistic, df=test.df, p_value=p_value)


def _tested(context: CheckContext, test: Test) -> RatioTest | NotEstimable:
    """Return the test of the split; of each by itself, put together, where there are several."""
    if not context.splits:
        return test(*_split(context))
    found = [test(split.counts, split.weights) for split in context.splits]
    known = [part for part in found if isinstance(part, RatioTest)]
    if not known:
        return NotEstimable("there is nothing to compare the split with")
    return combined(known)


def _split(context: CheckContext) -> tuple[Sequence[int], Sequence[float]]:
    if context.splits:
        return whole(context.splits)
    assigned = dict(context.clusters or context.counts.assigned)
    counts = [assigned.get(variant, 0) for variant, _ in context.plan.weights]
    return counts, [float(weight) for _, weight in context.plan.weights]


def _counted(context: CheckContext) -> str:
    counts, weights = _split(context)
    total = max(sum(counts), 1)
    parts = [
        f"{variant} got {count:,} ({count / total:.2%}, planned {weight / sum(weights):.2%})"
        for variant, count, weight in zip(context.plan.variants, counts, weights, strict=True)
    ]
    all_of_them = f"{total:,} clusters" if context.clusters else context.units(sum(counts))
    return f"Of {all_of_them}, {', '.join(parts)}."


def _verdict(*, broken: bool) -> str:
    if broken:
        return "A split this far from the plan is not chance: the arms cannot be compared."
    return "That is as close to the plan as chance allows."
