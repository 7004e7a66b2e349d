"""Effects in the words and digits of a contact centre's reader."""

import math

from experiments.plan.document import Metric, Plan
from impact.analysis.estimates import Estimate

IN_POINTS = frozenset({"survival_probability_difference", "proportion_difference"})
RATIOS = frozenset({"hazard_ratio"})
COUNTED = frozenset({"second", "minute", "hour", "day", "week", "month"})


def effect_text(metric: Metric, row: Estimate) -> str:
    """Return an effect with its sign, unit and interval.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="spend", role=Role.PRIMARY, kind=Kind.MEAN, unit="EUR",
    ...     source=Source(table=Table.REVENUE, column="amount"))
    >>> effect_text(metric, Estimate(metric="spend", kind="mean", method="welch",
    ...     quantity="mean_difference", value=3.21, ci_low=1.1, ci_high=5.3,
    ...     confidence_level=0.95))
    '+3.2 EUR (95% interval +1.1 to +5.3)'
    """
    if row.value is None:
        return _limit(row) or f"not estimable: {row.note}"
    return f"{_number(row, row.value)}{_unit(metric, row)} ({_interval(row)})"


def _limit(row: Estimate) -> str:
    """Return the one limit that there is without a value, "" where there is none."""
    limit = row.ci_low if row.ci_high is None else row.ci_high
    if limit is None or row.confidence_level is None or not row.ci_set:
        return ""
    word = "at least" if row.ci_high is None else "at most"
    return f"{word} {limit:.3g} ({percent(row.confidence_level)} interval; {row.note})"


def change_text(metric: Metric, row: Estimate) -> str | None:
    """Return a difference as so much higher or lower; None when its interval includes zero.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="spend", role=Role.PRIMARY, kind=Kind.MEAN, unit="EUR",
    ...     source=Source(table=Table.REVENUE, column="amount"))
    >>> change_text(metric, Estimate(metric="spend", kind="mean", method="welch",
    ...     quantity="mean_difference", value=-3.21, ci_low=-5.3, ci_high=-1.1,
    ...     confidence_level=0.95))
    '3.2 EUR lower (95% interval -5.3 to -1.1)'
    """
    if row.value is None or row.ci_low is None or row.ci_high is None:
        return None
    if row.ci_low <= 0 <= row.ci_high:
        return None
    size = _number(row, abs(row.value)).removeprefix("+")
    way = "higher" if row.value > 0 else "lower"
    return f"{size}{_unit(metric, row)} {way} ({_interval(row)})"


def percent(share: float) -> str:
    """Return a level or share as a percentage without idle digits.

    >>> percent(0.95), percent(0.995)
    ('95%', '99.5%')
    """
    return f"{share * 100:.6g}%"


def time_text(plan: Plan, at: float) -> str:
    """Return a time with the plan's time unit.

    >>> from experiments.plan.document import Plan, TimeUnit, Unit
    >>> plan = Plan(key="k", unit=Unit.CUSTOMER, control="a", weights=(("a", 10_000),), metrics=(),
    ...     time_unit=TimeUnit(name="month", days=30))
    >>> time_text(plan, 6.0), time_text(plan, 1.0)
    ('6 months', '1 month')
    """
    return f"{at:.4g} {plan.time_unit.name}{'' if at == 1 else 's'}"


def _interval(row: Estimate) -> str:
    if row.ci_low is None or row.ci_high is None or row.confidence_level is None:
        return "no interval"
    low, high = _number(row, row.ci_low), _number(row, row.ci_high)
    return f"{percent(row.confidence_level)} interval {low} to {high}"


def _number(row: Estimate, value: float) -> str:
    sign = "" if row.quantity in RATIOS else "+"
    return f"{value * _scale(row):{sign},.{_digits(row)}f}"


def _unit(metric: Metric, row: Estimate) -> str:
    if row.quantity in IN_POINTS:
        return " percentage points"
    unit = metric.unit or row.unit  # amounts stand in a currency that only the data may name
    if row.quantity in RATIOS or unit == "1":
        return ""
    return f" {unit}{'s' if unit in COUNTED else ''}"


def _scale(row: Estimate) -> float:
    return 100.0 if row.quantity in IN_POINTS else 1.0


def _digits(row: Estimate) -> int:
    """Return as many decimals as show two digits of the interval's width, as reports do.

    Ratios are read to two decimals; shares in points have one at least.
    """
    if row.ci_low is None or row.ci_high is None or row.ci_high <= row.ci_low:
        return 2
    digits = 1 - math.floor(math.log10((row.ci_high - row.ci_low) * _scale(row)))
    if row.quantity in RATIOS:
        return max(digits - 1, 2)
    return min(max(digits, 1 if row.quantity in IN_POINTS else 0), 9)
