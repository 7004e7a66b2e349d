"""`manage.py power PLAN --units N --effect SHARE`: power by simulation with the engine."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from experiments.design.expectations import Expectation
from experiments.errors import ExperimentsError, InvalidRequest, Violation
from impact.management.plan_files import plan_of, refusal
from impact.management.power_text import power_text
from impact.management.powering import Grid, history_from, simulate_power
from impact.management.trial_results import write_document
from impact.simulation.trials.drawing import Law, Scenario

REPEATS, MOST, LARGEST = 1000, 100_000, 10_000_000
LEVEL = "mean"  # as a replay calls it
EXPECTED = (
    ("monthly_churn", "share of customers who leave within 30 days"),
    ("monthly_loss", "share who leave sight for another reason"),
    ("baseline", "share of units for whom a proportion happens today"),
    ("variation", "standard deviation over mean, between units"),
    ("adherence", "share of the assigned who get what was assigned"),
    ("cluster_size", "contacts of an agent, team or queue in the window"),
    ("icc", "how alike the contacts of one agent, team or queue are"),
)
SCENARIO = (
    ("accrual", "days over which units join"),
    ("days", "day of the report"),
    ("shape", "of a Weibull law of churn: below 1 the first days are the worst"),
    ("zeros", "share of units whose number is 0"),
    ("level", "today's level of a mean or ratio, in whose unit its margin is"),
)


class Command(BaseCommand):
    """Draw experiments from what is expected, analyse each as a report would, count."""

    help = "Simulate the power of a plan, where no formula fits or to check one."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", type=Path, help="the plan, YAML")
        parser.add_argument("--units", type=int, nargs="+", required=True, help="of all arms")
        parser.add_argument(
            "--effect", type=float, nargs="+", required=True, help="relative; 0 for none"
        )
        parser.add_argument("--metric", help="default: the primary one")
        parser.add_argument("--history", type=Path, help="a JSON document of replay")
        for name, words in (*EXPECTED, *SCENARIO):
            parser.add_argument(f"--{name.replace('_', '-')}", type=float, help=words)
        parser.add_argument("--law", choices=tuple(Law), help="of the numbers of units")
        parser.add_argument("--delay", type=int, default=0, help="day from which on churn falls")
        parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="N")
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--out", type=Path, metavar="F", help="write to this file")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        _, plan = plan_of(Path(options["plan"]))
        key = options["metric"] or plan.primary.key
        try:
            history = history_from(options["history"], key) if options["history"] else {}
            grid, expected = _grid(options), _expected(options, history)
            scenario = _scenario(options, history)
            document = simulate_power(plan, key, expected, scenario, grid, self.stderr)
        except ExperimentsError as error:
            raise refusal(str(error)) from error
        write_document(document, power_text, self.stdout, options)


def _grid(options: Mapping[str, Any]) -> Grid:
    _check("repeats", [options["repeats"]], 1, MOST)
    _check("units", options["units"], 4, LARGEST)
    _check("effect", options["effect"], 0, 0.999)
    return Grid(
        units=options["units"],
        effects=options["effect"],
        repeats=options["repeats"],
        seed=abs(options["seed"]),
        delay=options["delay"],
    )


def _expected(options: Mapping[str, Any], history: Mapping[str, float]) -> Expectation:
    """What the command says comes before what history says."""
    known = {name: number for name, number in history.items() if name != LEVEL}
    return replace(Expectation(per_day=1), **(known | _given(options, EXPECTED)))


def _scenario(options: Mapping[str, Any], history: Mapping[str, float]) -> Scenario:
    level = {"level": history[LEVEL]} if history.get(LEVEL, 0) > 0 else {}
    return replace(Scenario(**(level | _given(options, SCENARIO))), **_law(options))


def _given(options: Mapping[str, Any], names: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {name: options[name] for name, _ in names if options[name] is not None}


def _law(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"law": Law(options["law"])} if options["law"] else {}


def _check(field: str, values: list[float], least: float, most: float) -> None:
    for value in values:
        if not least <= value <= most:
            rule = f"must be {least:g} to {most:,g}"
            raise InvalidRequest(Violation(field=field, value=f"{value:g}", rule=rule))
