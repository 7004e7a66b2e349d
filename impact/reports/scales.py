"""On which scale an estimate is written: its value, its interval and where it stands."""

import re

from experiments.plan.document import TimeUnit
from impact.analysis.estimates import Estimate
from impact.reports.formats import ABSENT
from impact.reports.quantities import Form, Scale, interval, quantity, scaled_digits

SHARES = frozenset({"proportion", "survival_probability", "cumulative_incidence"})
SHARE_DIFFERENCES = frozenset(f"{share}_difference" for share in SHARES)
OF_THE_METRIC = frozenset(  # quantities on the scale of the metric
    {
        *("complier_average_effect", "effect_per_minute"),
        *("switchback_effect", "direct_effect", "spillover_effect"),
    }
)
RATIOS = frozenset(
    {"hazard_ratio", "risk_ratio", "rmst_ratio", "lost_time_ratio", "subdistribution_hazard_ratio"}
)
FRACTIONS = frozenset({"relative_difference", "return_on_cost"})
QUANTILE = "quantile"
WHOLE_LINE, ABOVE_ZERO = "(-inf,", "(0,"  # how a set begins that has no lower end
NUMBER = re.compile(r"-?\d[\d.e+-]*")
CURRENCY = re.compile(r"[A-Z]{3}")
NO_EFFECT_RATIO = 1.0


def scale_of(estimate: Estimate) -> Scale:
    """Return the scale that belongs to the row's quantity and unit.

    >>> row = Estimate(metric="m", kind="mean", method="welch", quantity="mean", unit="EUR")
    >>> scale_of(row)
    Scale(form=<Form.MONEY: 'money'>, unit='EUR')
    """
    if estimate.quantity in SHARES | FRACTIONS:
        return Scale(form=Form.PERCENT)
    share_of_units = estimate.quantity in OF_THE_METRIC and estimate.kind == "proportion"
    if estimate.quantity in SHARE_DIFFERENCES or share_of_units:
        return Scale(form=Form.POINTS)
    if estimate.quantity in RATIOS:
        return Scale(form=Form.RATIO)
    if CURRENCY.fullmatch(estimate.unit):
        return Scale(form=Form.MONEY, unit=estimate.unit)
    if estimate.unit in {"1", ""}:
        return Scale()
    return Scale(form=Form.MEASURE, unit=estimate.unit)


def is_difference(estimate: Estimate) -> bool:
    """Tell whether the sign of the value is part of what it says."""
    return bool(estimate.variant and estimate.baseline) and estimate.quantity not in RATIOS


def value_text(estimate: Estimate | None, digits: int | None = None) -> str:
    """Write the value alone; a dash for none.

    `digits` are the decimals, without it those that the interval supports.
    """
    if estimate is None or estimate.value is None:
        return ABSENT
    scale = scale_of(estimate)
    places = _digits(estimate, scale) if digits is None else digits
    return quantity(estimate.value, scale, digits=places, signed=is_difference(estimate))


def shared_digits(*estimates: Estimate | None) -> int | None:
    """Return the decimals of numbers that stand side by side: the fewest that one supports."""
    known = [row for row in estimates if row is not None and row.value is not None]
    return min((_digits(row, scale_of(row)) for row in known), default=None)


def interval_text(estimate: Estimate | None, digits: int | None = None) -> str:
    """Write the confidence interval, or the set where it is not one interval; "" for none."""
    if estimate is None:
        return ""
    if estimate.ci_set:  # it stands also where the estimate is withheld
        return set_text(estimate.ci_set, scale_of(estimate))
    if estimate.value is None or estimate.ci_low is None or estimate.ci_high is None:
        return ""
    scale = scale_of(estimate)
    return interval(
        estimate.ci_low,
        estimate.ci_high,
        scale,
        digits=_digits(estimate, scale) if digits is None else digits,
        signed=is_difference(estimate),
    )


def at_text(at: float | None, unit: TimeUnit) -> str:
    """Write a time of the plan.

    >>> at_text(180.0, TimeUnit())
    '180 days'
    """
    if at is None:
        return ""
    return f"{at:g} {unit.name}{'' if at == 1 else 's'}"


def set_text(ci_set: str, scale: Scale) -> str:
    """Write a set that is not one interval, its ends on the scale of the value.

    >>> from impact.reports.formats import MINUS
    >>> set_text("(-inf, -2.1] U [0.4, inf)", Scale(form=Form.PERCENT)).replace(MINUS, "-")
    'up to -210.0% or from 40.0%'
    >>> set_text("(-inf, inf)", Scale())
    'any value'
    >>> set_text("(0, 0.3] U [1.8, inf)", Scale())
    'up to 0.30 or from 1.80'
    >>> set_text("(0, 0.06]", Scale()), set_text("[16.4, inf)", Scale())
    ('up to 0.06', 'from 16.40')
    """
    ci_set = ci_set.replace(ABOVE_ZERO, WHOLE_LINE)
    ends = [float(end) for end in NUMBER.findall(ci_set)]
    if not ends:
        return "any value"
    words = ("up to", "from") if ci_set.startswith("(-inf") else ("from",)
    shown = [quantity(end, scale) for end in ends]
    return " or ".join(f"{word} {end}" for word, end in zip(words, shown, strict=False))


def place_text(estimate: Estimate, unit: TimeUnit) -> str:
    """Write where a row stands: a time of the plan, or which quantile it is.

    >>> row = Estimate(metric="m", kind="quantile", method="woodruff", quantity="quantile", at=0.9)
    >>> place_text(row, TimeUnit())
    'the 90% quantile'
    """
    if estimate.at is not None and estimate.quantity.startswith(QUANTILE):
        return f"the {estimate.at * 100:g}% quantile"
    return at_text(estimate.at, unit)


def _digits(estimate: Estimate, scale: Scale) -> int:
    return scaled_digits(scale, estimate.ci_low, estimate.ci_high)
