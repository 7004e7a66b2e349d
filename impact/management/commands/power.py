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
from impact.management.power_options import add_options, expected_in, scenario_in
from impact.management.power_questions import numbers_from
from impact.management.power_text import power_text
from impact.management.powering import Grid, simulate_power
from impact.management.trial_results import write_document

UNITS = "of all arms: units, or windows of time where these alternate"
REPEATS, MOST, LARGEST = 1000, 100_000, 10_000_000


class Command(BaseCommand):
    """Draw experiments from what is expected, analyse each as a report would, count."""

    help = "Simulate the power of a plan, where no formula fits or to check one."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", type=Path, help="the plan, YAML")
        parser.add_argument("--units", type=int, nargs="+", required=True, help=UNITS)
        parser.add_argument(
            "--effect", type=float, nargs="+", required=True, help="relative; 0 for none"
        )
        parser.add_argument("--metric", help="default: the primary one")
        parser.add_argument("--history", type=Path, help="a JSON document of replay")
        add_options(parser)
        parser.add_argument("--delay", type=int, default=0, help="day from which on churn falls")
        parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="N")
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--out", type=Path, metavar="F", help="write to this file")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        _, plan = plan_of(Path(options["plan"]))
        key = options["metric"] or plan.primary.key
        try:
            told, grid = _with_history(options, key), _grid(options)
            expected = replace(Expectation(per_day=1), **expected_in(told))
            document = simulate_power(plan, key, expected, scenario_in(told), grid, self.stderr)
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


def _with_history(options: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What the command says comes before what history says."""
    history = numbers_from(options["history"], key) if options["history"] else {}
    return {**options, **{name: history[name] for name in history if options[name] is None}}


def _check(field: str, values: list[float], least: float, most: float) -> None:
    for value in values:
        if not least <= value <= most:
            rule = f"must be {least:g} to {most:,g}"
            raise InvalidRequest(Violation(field=field, value=f"{value:g}", rule=rule))
