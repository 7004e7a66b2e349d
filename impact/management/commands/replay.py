"""`manage.py replay PLAN --contacts F ...`: A/A and A/B over a centre's own history."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from experiments.errors import ExperimentsError, InvalidRequest, Violation
from experiments.plan.document import Plan
from impact import lake
from impact.engine import Engine, connect
from impact.errors import ImpactError
from impact.join.inputs import NAMES, Inputs, columns_of, from_arrow, from_parquet
from impact.management.effects import effects_of
from impact.management.input_files import read_input, rejection_lines
from impact.management.plan_files import plan_of, refusal
from impact.management.replaying import Question, default_until, replay, replay_text
from impact.management.trial_results import write_document
from impact.records.schema import canonical_schema
from impact.replay.history import Span
from impact.replay.scheduling import Cut
from impact.simulation.trials.running import Treatment, treatment_of

TABLES = tuple(name for name in NAMES if name != "assignments")
REPEATS, MOST = 500, 100_000
SOURCES = "give the history as files (--contacts F ...) or as --lake: one of the two"

CUT = (
    ("slot_minutes", "minutes of a slot of time, where slots alternate; default: 120"),
    ("from_hour", "hour of the day with which slots begin; default: 0"),
    ("to_hour", "hour of the day with which they end; default: 24"),
    ("block_weeks", "weeks in a row whose slots are drawn together; default: 2"),
)


class Command(BaseCommand):
    """Join the history once, draw arms many times, analyse each draw as a report would."""

    help = "Replay a plan over a centre's own history: false positives, real spread, power."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", type=Path, help="the plan, YAML")
        for name in TABLES:
            parser.add_argument(f"--{name}", type=Path, metavar="F", help="CSV or Parquet")
        parser.add_argument("--lake", action="store_true", help="read this service's own lake")
        for name, words in (
            ("since", "units join with their first contact from this day on"),
            ("until", "and before this one; default: so that all windows are over"),
            ("before", "nothing from this day on is read; default: the plan's as_of, or now"),
        ):
            parser.add_argument(f"--{name}", type=date.fromisoformat, metavar="DAY", help=words)
        for name, words in CUT:
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N", help=words)
        parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="N")
        parser.add_argument(
            "--effect",
            action="append",
            default=[],
            metavar="METRIC=SHARE",
            help="put this relative change, in the good direction, into every other arm",
        )
        parser.add_argument("--adherence", type=float, default=1.0, metavar="SHARE")
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--out", type=Path, metavar="F", help="write to this file")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        _, plan = plan_of(Path(options["plan"]))
        paths = {name: Path(options[name]) for name in TABLES if options[name] is not None}
        if bool(paths) == bool(options["lake"]):
            raise refusal(SOURCES)
        engine = connect()
        try:
            question, span = _question(plan, options), _span(plan, options)
            inputs = self._files(engine, plan, paths) if paths else _lake(engine)
            document = replay(engine, inputs, plan, span, question, self.stderr)
        except (ImpactError, ExperimentsError) as error:
            raise refusal(str(error)) from error
        finally:
            engine.disconnect()
        write_document(document, replay_text, self.stdout, options)

    def _files(self, engine: Engine, plan: Plan, paths: Mapping[str, Path]) -> Inputs:
        now = timezone.now()
        files = {name: read_input(name, path, plan.zone, now=now) for name, path in paths.items()}
        for line in rejection_lines(files):
            self.stderr.write(line)
        tables = {name: file.table for name, file in files.items()}
        nobody = canonical_schema(columns_of("assignments")).empty_table()
        return from_arrow(engine, {**tables, "assignments": nobody})


def _lake(engine: Engine) -> Inputs:
    """Read the newest version of every table; a table that nobody wrote to is not given."""
    files = {name: lake.files(name, version) for name, version in lake.versions(TABLES).items()}
    return from_parquet(engine, {**files, "assignments": []})


def _question(plan: Plan, options: Mapping[str, Any]) -> Question:
    repeats = int(options["repeats"])
    if not 1 <= repeats <= MOST:
        raise _wrong("repeats", repeats, f"must be 1 to {MOST:,}")
    changes = effects_of(plan, options["effect"])
    return Question(
        repeats=repeats,
        seed=abs(int(options["seed"])),
        treatment=treatment_of(changes, float(options["adherence"])) if changes else Treatment(),
    )


def _span(plan: Plan, options: Mapping[str, Any]) -> Span:
    before = _midnight(plan, options["before"]) or plan.as_of or timezone.now()
    until = _midnight(plan, options["until"]) or default_until(plan, before)
    since = _midnight(plan, options["since"])
    if until > before:
        raise _wrong("until", until.date(), f"must not be after --before ({before.date()})")
    if since is not None and since >= until:
        raise _wrong("since", since.date(), f"must be before --until ({until.date()})")
    cut = Cut(**{name: options[name] for name, _ in CUT if options[name] is not None})
    return Span(since=since, until=until, before=before, cut=cut)


def _midnight(plan: Plan, day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=plan.zone)


def _wrong(field: str, value: object, rule: str) -> InvalidRequest:
    return InvalidRequest(Violation(field=field, value=str(value), rule=rule))
