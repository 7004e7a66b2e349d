"""`manage.py analyze PLAN --assignments F ...`: the whole analysis over files, without a server."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from experiments.errors import InvalidPlan
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from impact.errors import ImpactError
from impact.join.inputs import NAMES
from impact.management.file_analysis import BINARY, FORMATS, Outcome, compute
from impact.management.input_files import InputFile, read_input

REFUSED = 2
SHOWN_REJECTIONS = 10


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
            raise _refusal(f"--format {written_as} needs --out")
        paths = {name: Path(options[name]) for name in NAMES if options[name] is not None}
        past = [_document(Path(path)) for path in options["past"]]
        text = FORMATS[written_as](self._outcome(Path(options["plan"]), paths, past))
        self._write(text, out)

    def _outcome(
        self, plan_path: Path, paths: Mapping[str, Path], past: Sequence[Mapping[str, Any]]
    ) -> Outcome:
        source, plan = _plan(plan_path)
        if "assignments" not in paths:
            raise _refusal("--assignments is required: who was assigned which variant, and when")
        try:
            files = {name: read_input(name, path, plan.zone) for name, path in paths.items()}
            self._tell_rejections(files)
            as_of = plan.as_of or timezone.now()
            return compute(plan, source, files, as_of=as_of, past=past)
        except ImpactError as error:
            raise _refusal(str(error)) from error

    def _tell_rejections(self, files: Mapping[str, InputFile]) -> None:
        for file in files.values():
            if not file.rejections:
                continue
            rows = f"{file.rows_rejected:,} of {file.rows_read:,} rows"
            self.stderr.write(f"{file.name}: {rows} rejected ({file.path})")
            for found in file.rejections[:SHOWN_REJECTIONS]:
                place = f"row {found.row_number}: {found.field} = {found.value}"
                self.stderr.write(f"  {place}: {found.rule}")
            more = len(file.rejections) - SHOWN_REJECTIONS
            if more > 0:
                self.stderr.write(f"  and {more:,} more")

    def _write(self, text: str | bytes, out: Path | None) -> None:
        if out is None:
            self.stdout.write(str(text), ending="")
            return
        try:
            out.write_bytes(text if isinstance(text, bytes) else text.encode())
        except OSError as error:
            raise _refusal(f"--out {out}: {error.strerror}") from error


def _plan(path: Path) -> tuple[str, Plan]:
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(f"{path}: cannot be read as a text: {error}") from error
    try:
        return source, read_plan(source)
    except InvalidPlan as refusal:
        lines = (f"{path}: {violation}" for violation in refusal.violations)
        raise _refusal("\n".join(lines)) from refusal


def _document(path: Path) -> dict[str, Any]:
    """Return an analysis document, as `--format json` writes it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not found["estimates"] or not found["decision"]["verdict"] or not found["experiment"]:
            raise _refusal(f"--past {path}: is no analysis document")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refusal(f"--past {path}: is no analysis document: {error}") from error
    return dict(found)


def _refusal(text: str) -> CommandError:
    return CommandError(text, returncode=REFUSED)
