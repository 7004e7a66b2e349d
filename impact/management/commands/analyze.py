"""`manage.py analyze PLAN --assignments F ...`: the whole analysis over files, without a server."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from impact.errors import ImpactError
from impact.join.inputs import NAMES
from impact.management.file_analysis import BINARY, FORMATS, Outcome, compute
from impact.management.input_files import read_input, refuse_without_units, rejection_lines
from impact.management.plan_files import plan_of, refusal


class Command(BaseCommand):
    """Read, join, evaluate, show. The database is left alone."""

    help = "Analyse an experiment that was randomised anywhere, from files."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", type=Path, help="the plan, YAML")
        for name in NAMES:
            parser.add_argument(f"--{name}", type=Path, metavar="F", help="CSV or Parquet")
        parser.add_argument(
            "--past",
            type=Path,
            nargs="+",
            default=(),
            metavar="F",
            help="JSON documents of earlier experiments, for the prior of a Bayesian view",
        )
        parser.add_argument("--format", choices=tuple(FORMATS), default="table")
        parser.add_argument("--out", type=Path, metavar="F", help="write to this file")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        written_as = options["format"]
        out = None if options["out"] is None else Path(options["out"])
        if written_as in BINARY and out is None:
            raise refusal(f"--format {written_as} needs --out")
        paths = {name: Path(options[name]) for name in NAMES if options[name] is not None}
        past = [_document(Path(path)) for path in options["past"]]
        text = FORMATS[written_as](self._outcome(Path(options["plan"]), paths, past))
        self._write(text, out)

    def _outcome(
        self, plan_path: Path, paths: Mapping[str, Path], past: Sequence[Mapping[str, Any]]
    ) -> Outcome:
        source, plan = plan_of(plan_path)
        if "assignments" not in paths:
            raise refusal("--assignments is required: who was assigned which variant, and when")
        now = timezone.now()
        try:
            files = {
                name: read_input(name, path, plan.zone, now=now) for name, path in paths.items()
            }
            for line in rejection_lines(files):
                self.stderr.write(line)
            refuse_without_units(files["assignments"], plan.variants)
            as_of = plan.as_of or now
            return compute(plan, source, files, as_of=as_of, past=past)
        except ImpactError as error:
            raise refusal(str(error)) from error

    def _write(self, text: str | bytes, out: Path | None) -> None:
        if out is None:
            self.stdout.write(str(text), ending="")
            return
        try:
            out.write_bytes(text if isinstance(text, bytes) else text.encode())
        except OSError as error:
            raise refusal(f"--out {out}: {error.strerror}") from error


def _document(path: Path) -> dict[str, Any]:
    """Return an analysis document, as `--format json` writes it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not found["estimates"] or not found["decision"]["verdict"] or not found["experiment"]:
            raise refusal(f"--past {path}: is no analysis document")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refusal(f"--past {path}: is no analysis document: {error}") from error
    return dict(found)
