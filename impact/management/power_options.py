"""What `power` may be told of units before they are there: options, and what is made of them."""

from argparse import ArgumentParser
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from impact.simulation.trials.drawing.scenario import (
    Alternation,
    Billing,
    Contracts,
    Drawn,
    Groups,
    Law,
    Scenario,
    Through,
)

Options = tuple[tuple[str, str], ...]
EXPECTED: Options = (
    ("monthly_churn", "share of customers who leave within 30 days"),
    ("monthly_loss", "share who leave sight for another reason"),
    ("baseline", "share of units for whom a proportion happens today"),
    ("variation", "standard deviation over mean, between units"),
    ("adherence", "share of the assigned who get what was assigned"),
    ("cluster_size", "units of a cluster, or contacts of an agent or of a window of time"),
    ("icc", "how alike the units of one cluster are, or contacts of one agent or window"),
)
SCENARIO: Options = (
    ("accrual", "days over which units join"),
    ("days", "day of the report"),
    ("shape", "of a Weibull law of churn: below 1 the first days are the worst"),
    ("zeros", "share of units whose number is 0"),
    ("level", "today's level of a mean or ratio, in whose unit its margin is"),
)
GROUPS: Options = (("size_variation", "deviation over mean of the sizes of clusters"),)
WINDOWS: Options = (
    ("day_share", "of the variance between windows of time, what lies between days"),
    ("serial", "correlation of each window of time with the one before it"),
    ("carried", "share of a window's contacts that still shows the variant before"),
)
CONTRACTS: Options = (
    ("opening", "days over which lie the dates from which customers can leave"),
    ("bound", "share of customers with such a date"),
)
WHOLE_WINDOWS: Options = (("windows_a_day", "windows of time of a switchback, 1 to 24"),)
WHOLE_PAYMENTS: Options = (("every", "days between payments, of lifetime revenue"),)
WORDS: tuple[tuple[str, type[StrEnum], str], ...] = (
    ("law", Law, "of the numbers of units"),
    ("drawn", Drawn, "what gets an arm: whole clusters, or each unit"),
    ("through", Through, "by what lifetime revenue changes"),
)


def add_options(parser: ArgumentParser) -> None:
    """Let a command be told what is assumed; what is left out has its default."""
    for name, words in (*EXPECTED, *SCENARIO, *GROUPS, *WINDOWS, *CONTRACTS):
        parser.add_argument(_flag(name), type=float, help=words)
    for name, words in (*WHOLE_WINDOWS, *WHOLE_PAYMENTS):
        parser.add_argument(_flag(name), type=int, help=words)
    for name, known, words in WORDS:
        parser.add_argument(_flag(name), choices=tuple(known), help=words)


def expected_in(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of an expectation that were given."""
    return _given(options, EXPECTED)


def scenario_in(options: Mapping[str, Any]) -> Scenario:
    """Return what else is assumed.

    Raises:
        InvalidRequest: a number out of its range.
    """
    words = {name: known(options[name]) for name, known, _ in WORDS if options[name]}
    of_groups, of_payments = (_of(words, name) for name in ("drawn", "through"))
    payments: dict[str, Any] = _whole(options, WHOLE_PAYMENTS) | of_payments
    return Scenario(
        **_given(options, SCENARIO),
        **_of(words, "law"),
        groups=Groups(**_given(options, GROUPS), **of_groups),
        windows=Alternation(**_given(options, WINDOWS), **_whole(options, WHOLE_WINDOWS)),
        contracts=Contracts(**_given(options, CONTRACTS)),
        payments=Billing(**payments),
    )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _given(options: Mapping[str, Any], names: Options) -> dict[str, Any]:
    return {name: options[name] for name, _ in names if options[name] is not None}


def _whole(options: Mapping[str, Any], names: Options) -> dict[str, int]:
    return {name: int(number) for name, number in _given(options, names).items()}


def _of(words: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: words[name]} if name in words else {}
