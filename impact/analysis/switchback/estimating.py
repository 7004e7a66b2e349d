"""From sums by window of time to the rows of a switchback."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import Metric, Plan
from impact.analysis.clusters.comparing import CONSTANT_EFFECT, SEED, level_of, sides_of
from impact.analysis.clusters.estimating import LEVELS
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import Integers, SufficientStatistics, WindowCounts
from impact.stats.clusters.comparison import FEW
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.switchback.carry_over import carry_over
from impact.stats.switchback.drawn_windows import drawn_effect
from impact.stats.switchback.windows import Windows, window_effect

EFFECT = "switchback_effect"
BY_WINDOW, BY_DAY, DRAWN, CARRY_OVER = "cr2", "cr2_by_day", "randomisation", "carry_over"
PAIR = 2
MIXED = NotEstimable("a window has contacts of several variants: arms did not alternate")


def estimate_switchback(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of one metric; none where the plan is no switchback.

    The values of the arms, the difference that decides, then the effect by every method: errors
    between windows, between days, by the draw; and what the window before still does.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts, ClusterCounts
    >>> plan = read_plan('''{key: calls, unit: time_slot, control: a, weights: {a: 5000, b: 5000},
    ... switchback: window_id, metrics: [{key: wait, role: primary, kind: mean, window: 1,
    ... source: contacts.wait_seconds}]}''')
    >>> variant, seconds = np.tile(["a", "b", "b", "a"], 10), np.tile([40.0, 30, 31, 41], 10)
    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(40), variant=variant,
    ...     n=np.full(40, 20), sums=20 * (seconds + np.arange(40) % 3)[:, None])
    >>> windows = WindowCounts(counts=counts, day=np.arange(40) // 4)
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), windows={"wait": windows})
    >>> for row in estimate_switchback(plan, plan.primary, statistics, look=None):
    ...     print(row.quantity, row.method, row.value and round(row.value, 1))
    mean cr2 41.4
    mean cr2 31.6
    mean_difference cr2 -9.8
    switchback_effect cr2 -9.8
    switchback_effect cr2_by_day -9.8
    switchback_effect randomisation -9.8
    coefficient carry_over 1.1
    """
    found = statistics.windows.get(metric.key)
    if plan.switchback is None or found is None:
        return ()
    subject = subject_of(plan, metric, look)
    levels = (
        level_of(subject, LEVELS[metric.kind], found.counts, variant) for variant in plan.variants
    )
    compared = (
        estimate
        for variant in plan.variants
        if variant != plan.control
        for estimate in _compared(subject, plan, metric, found, variant)
    )
    return (*levels, *compared)


def _compared(
    subject: Subject, plan: Plan, metric: Metric, found: WindowCounts, variant: str
) -> Iterator[Estimate]:
    sides = sides_of(found.counts, variant, plan.control)
    windows = _windows(found, variant, plan.control)
    note = _note(plan, found)
    if isinstance(windows, NotEstimable):
        yield row(subject, f"{LEVELS[metric.kind]}_difference", BY_WINDOW, sides, windows)
        yield row(subject, EFFECT, BY_WINDOW, sides, windows)
        return
    level = subject.level
    drawn = drawn_effect(windows, level=level, rng=np.random.default_rng(SEED))
    answers = {
        BY_WINDOW: window_effect(windows, level=level),
        BY_DAY: window_effect(windows, level=level, by_day=True),
        DRAWN: drawn,
    }
    first = DRAWN if windows.day.size < FEW else BY_WINDOW
    said = {BY_WINDOW: note, BY_DAY: note, DRAWN: f"{note}; {CONSTANT_EFFECT}"}
    quantity = f"{LEVELS[metric.kind]}_difference"
    yield row(subject, quantity, first, sides, answers[first], said[first])
    for method, answer in answers.items():
        yield row(subject, EFFECT, method, sides, answer, said[method])
    several = len(plan.variants) > PAIR
    yield _carried(subject, sides, carry_over(windows, level=level), several=several)


def _carried(
    subject: Subject, sides: Sides, answer: Inference | NotEstimable, *, several: bool
) -> Estimate:
    meaning = "what the variant in the window before adds: zero where the burn-in is long enough"
    note = f"{meaning}; windows after one of neither variant left out" if several else meaning
    shown = row(subject, "coefficient", CARRY_OVER, sides, answer, note)
    return replace(shown, term="previous_window")


def _windows(found: WindowCounts, variant: str, control: str) -> Windows | NotEstimable:
    counts = found.counts
    chosen = np.isin(counts.variant, (variant, control))
    if np.unique(counts.cluster).size != counts.cluster.size:
        return MIXED
    n = counts.n[chosen].astype(np.float64)
    return Windows(
        total=counts.number("y")[chosen],
        weight=counts.number("d")[chosen] if "d" in counts.names else n,
        n=n,
        treated=counts.variant[chosen] == variant,
        day=found.day[chosen],
        block=None if found.block is None else found.block[chosen],
        before=None if found.before is None else _codes(found.before[chosen], variant, control),
    )


def _codes(before: NDArray[np.str_], variant: str, control: str) -> Integers:
    """Say of the window before 1 for the variant, 0 for control, -1 for neither."""
    return np.select([before == variant, before == control], [1, 0], -1)


def _note(plan: Plan, found: WindowCounts) -> str:
    burn_in = plan.switchback.burn_in if plan.switchback else 0
    left_out = found.counts.left_out
    parts = [
        f"{found.counts.cluster.size} windows on {np.unique(found.day).size} days{_blocks(found)}",
        f"the first {burn_in} minutes of each left out" if burn_in else "",
        f"{left_out} contacts without a window left out" if left_out else "",
    ]
    return joined(*parts)


def _blocks(found: WindowCounts) -> str:
    """Say within how many blocks variants were drawn."""
    return "" if found.block is None else f", drawn within {np.unique(found.block).size} blocks"
