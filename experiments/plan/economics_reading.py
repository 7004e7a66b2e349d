"""The economics of a plan, read: what a minute costs, and how money of other currencies counts."""

import re
from datetime import date
from decimal import Decimal

from experiments.plan.document import Economics, ExchangeRate, TimeUnit
from experiments.plan.fields import Section
from experiments.plan.instants import day
from experiments.plan.lengths import days
from experiments.plan.metrics_reading import refuse_not_built
from experiments.plan.numbers import decimal

CURRENCY = re.compile(r"[A-Z]{3}")
CURRENCY_RULE = "must be a currency of three letters, as EUR"
NOT_BUILT = ("margin", "discount", "discount_rate", "occupancy", "shrinkage", "fixed_cost")
RATE_DIGITS = 8
DEFAULT_WINDOW = 90
FIRST_DAY = date(1970, 1, 1)


def read_economics(section: Section, time_unit: TimeUnit) -> Economics | None:
    """Return the economics under `economics`, None where nothing is said."""
    inner = section.section("economics")
    if inner is None:
        return None
    refuse_not_built(inner, NOT_BUILT)
    currency = _currency(inner)
    economics = Economics(
        currency=currency,
        cost_per_handle_minute=_cost(inner),
        exchange_rates=tuple(
            sorted(
                (_rate(item, currency) for item in inner.sections("exchange_rates")),
                key=lambda rate: (rate.currency, rate.on),
            )
        ),
        window=days(inner, "window", time_unit) or DEFAULT_WINDOW,
    )
    _refuse_repeated(inner, economics.exchange_rates)
    inner.refuse_unknown()
    return economics


def _currency(section: Section) -> str:
    code = section.text("currency", required=True)
    if code and not CURRENCY.fullmatch(code):
        section.refuse("currency", CURRENCY_RULE)
    return code


def _cost(section: Section) -> Decimal:
    cost = decimal(section, "cost_per_handle_minute")
    if cost is not None and cost < 0:
        section.refuse("cost_per_handle_minute", "must be 0 or more")
    return cost or Decimal(0)


def _rate(section: Section, currency: str) -> ExchangeRate:
    code = _currency(section)
    if code and code == currency:
        section.refuse("currency", "is the currency of the plan, which needs no rate")
    rate = decimal(section, "rate")
    if rate is None or rate <= 0 or rate.as_tuple().exponent < -RATE_DIGITS:  # type: ignore[operator]  # NUMBER has no NaN or infinity
        section.refuse("rate", f"must be a number greater than 0, {RATE_DIGITS} decimals at most")
    on = day(section, "on", required=True)
    section.refuse_unknown()
    return ExchangeRate(currency=code, on=on or FIRST_DAY, rate=rate or Decimal(1))


def _refuse_repeated(section: Section, rates: tuple[ExchangeRate, ...]) -> None:
    pairs = [(rate.currency, rate.on) for rate in rates]
    for currency, on in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        section.refuse("exchange_rates", "must have one rate a day", f"{currency} on {on}")
