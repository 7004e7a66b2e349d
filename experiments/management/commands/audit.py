"""Recompute every arm of an experiment from salts alone, and compare with the log."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from experiments.audit import Audit, audit
from experiments.errors import ExperimentsError


class Command(BaseCommand):
    help = "Recompute every arm of an experiment in SQL and compare with the log of exposures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("experiment", help="the key of an experiment that was started")
        parser.add_argument("--show-sql", action="store_true", help="print the SQL, with its salts")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = audit(options["experiment"])
        except ExperimentsError as error:
            raise CommandError(str(error)) from None
        if options["show_sql"]:
            self.stdout.write(found.statement)
        for line in _summary(found):
            self.stdout.write(line)
        for each in found.differences:
            self.stdout.write(
                f"{each.assignment_id}  {each.rule}: recorded {each.recorded}, "
                f"recomputed {each.recomputed}"
            )
        if not found.agrees:
            message = f"{found.n_differences} differences between the log and the salts"
            raise CommandError(message)


def _summary(found: Audit) -> Iterator[str]:
    """Yield what was found, then each version and each reservation, where there are any."""
    yield (
        f"{found.experiment}: {found.n_recomputed} of {found.n_rows} rows recomputed by "
        f"{found.dialect.label}, {found.n_differences} differences."
    )
    if len(found.versions) > 1:
        for each in found.versions:
            shares = ", ".join(f"{key} {weight}" for key, weight in each.version.weights)
            yield f"Version {each.version.number}: {each.n_rows} rows; {shares}."
    yield from (f"Not recomputed: {each}" for each in found.reservations)
