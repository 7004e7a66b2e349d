"""Recompute every arm of an experiment from salts alone, and compare with the log."""

from argparse import ArgumentParser
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
        self.stdout.write(_summary(found))
        for each in found.differences:
            self.stdout.write(
                f"{each.assignment_id}  {each.rule}: recorded {each.recorded}, "
                f"recomputed {each.recomputed}"
            )
        if not found.agrees:
            message = f"{found.n_differences} differences between the log and the salts"
            raise CommandError(message)


def _summary(found: Audit) -> str:
    left = found.n_rows - found.n_recomputed
    others = f" {left} rows are of versions whose salt is not kept." if left else ""
    return (
        f"{found.experiment}: {found.n_recomputed} of {found.n_rows} rows recomputed by "
        f"{found.dialect.label}, {found.n_differences} differences.{others}"
    )
