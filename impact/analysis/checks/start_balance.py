"""Did the arms start at the same times? Weekday, hour of the shift and season are no effect."""

from collections.abc import Iterator

import numpy as np

from impact.analysis.checks.balance import balance_status
from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import StartTimes
from impact.stats.contingency import Independence, added, independence
from impact.stats.multiplicity import holm

WORDS = {
    "start_weekday": "day of the week",
    "start_hour": "hour of the day",
    "start_season": "season",
}
LARGEST = 3  # labels that a message names


def covariate_balance(context: CheckContext) -> Check | None:
    """Fail when the arms' units did not start alike by weekday, hour or season.

    Pearson's test of each, adjusted by Holm. A queue is busy at other hours with other customers,
    so that arms which start at different times differ whatever the policy does. None where time
    itself is split between the arms, or whole groups of units, and where nothing can be compared.
    Where the plan gives versions splits of their own the arms are compared within each version.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> started = (("08", "a", 300), ("08", "b", 200), ("16", "a", 200), ("16", "b", 300))
    >>> times = StartTimes(name="start_hour", counts=started)
    >>> counts = CheckCounts(assigned=(), start_times=(times,))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = covariate_balance(context)
    >>> check.status.value, check.statistic, check.message.partition(":")[0]
    ('fail', 40.0, 'The arms did not start at the same times')
    """
    if context.plan.switchback is not None or context.is_grouped:
        return None
    found = list(_tested(context))
    if not found:
        return None
    adjusted = holm([test.p_value for _, test in found])
    p_value, place = min(zip(adjusted, range(len(found)), strict=True))
    times, test = found[place]
    return Check(
        name="covariate_balance",
        status=balance_status(context, p_value),
        message=_message(context, times, p_value, [times.name for times, _ in found]),
        statistic=test.statistic if context.final else None,
        df=test.df if context.final else None,
        p_value=p_value if context.final else None,
    )


def _tested(context: CheckContext) -> Iterator[tuple[StartTimes, Independence]]:
    """Yield the test of each table; of those of all versions together, with the one worst off."""
    for name in dict.fromkeys(times.name for times in context.counts.start_times):
        tests = [
            (times, test)
            for times in context.counts.start_times
            if times.name == name
            and isinstance(test := independence(_table(context, times)), Independence)
        ]
        if tests:
            worst, _ = min(tests, key=lambda pair: pair[1].p_value)
            yield worst, added(test for _, test in tests)


def _table(context: CheckContext, times: StartTimes) -> np.ndarray:
    labels = sorted({label for label, _, _ in times.counts})
    table = np.zeros((len(labels), len(context.plan.variants)))
    for label, variant, n in times.counts:
        table[labels.index(label), context.plan.variants.index(variant)] = n
    return table


def _message(context: CheckContext, times: StartTimes, p_value: float, names: list[str]) -> str:
    if balance_status(context, p_value) is CheckStatus.PASS:
        return f"The arms started alike by {_listed([WORDS[name] for name in names])}."
    return (
        f"The arms did not start at the same times: the {WORDS[times.name]} differs, "
        f"most at {_worst(context, times)}{_of_version(times)}{context.p_value(p_value)}. "
        "A change of the split while the experiment ran does that, and so does a router that "
        "asks for one arm at some hours."
    )


def _of_version(times: StartTimes) -> str:
    return f" of version {times.version}" if times.version else ""


def _worst(context: CheckContext, times: StartTimes) -> str:
    """Name the labels that stand out, with the share of each arm that started there."""
    table = _table(context, times)
    labels = sorted({label for label, _, _ in times.counts})
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    far = ((table - expected) ** 2 / np.maximum(expected, 1)).sum(axis=1)
    share = table / np.maximum(table.sum(axis=0), 1)
    said = []
    for place in np.argsort(-far)[:LARGEST].tolist():
        arms = ", ".join(
            f"{value:.1%} of {variant}"
            for variant, value in zip(context.plan.variants, share[place].tolist(), strict=True)
        )
        said.append(f"{labels[place]} ({arms})")
    return "; ".join(said)


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
