"""A contact centre to try everything on: simulated through the real code, analysed, served."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from impact.management.demo import people, resetting, telling
from impact.management.demo.blueprints import BLUEPRINTS
from impact.management.demo.notes import Notes, read_notes
from impact.management.demo.progress import Progress
from impact.simulation.calendar import LAST_INSTANT

CUSTOMERS = 60_000
FEWEST = 1_000
SEED = 20_251_001
SIMULATED = "All data of this demo is simulated: no customer, agent or contact in it exists."
MISSES = "A 95 % interval misses the truth one time in twenty, also when everything was done right."


class Command(BaseCommand):
    help = "Seed a simulated contact centre through the real code, analyse it and serve it."
    requires_system_checks = []  # noqa: RUF012  # they load all pages first; `serve` and the tests run them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="exit when reports are ready")
        parser.add_argument("--customers", type=int, default=CUSTOMERS)
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="delete the embedded state first")

    def handle(self, *_args: Any, **options: Any) -> None:
        _refuse(options)
        self.stdout.ending = ""
        progress = Progress(self.stdout)
        progress.say(SIMULATED)
        if options["reset"]:
            _reset()
        with progress.step("Creating the database"):
            call_command("migrate", interactive=False, verbosity=0)
        notes = _notes(options)
        if notes.finished:
            progress.say("The demo was seeded before: nothing to do (--reset makes it anew).")
        else:
            _seed(notes, progress)
        _tell(notes, progress)
        if options["verbosity"] > 1:
            progress.say(progress.table())
        if not options["no_serve"]:
            call_command("serve", port=options["port"])


def _refuse(options: dict[str, Any]) -> None:
    if settings.PRODUCTION:
        message = "EQUIPOISE_PRODUCTION is on: simulated data does not belong there"
        raise CommandError(message)
    if options["customers"] < FEWEST:
        message = f"--customers = {options['customers']}: must be {FEWEST} or more"
        raise CommandError(message)


def _reset() -> None:
    database = Path(settings.DATABASES["default"]["NAME"])
    folders = (settings.LAKE_URL, settings.INBOX_DIR, settings.SPOOL_DIR, settings.KEPT_DIR)
    others = map(Path, folders)
    resetting.reset(settings.VAR_DIR, database, others)


def _notes(options: dict[str, Any]) -> Notes:
    """Return the notes of an earlier demo, to go on with it, or new ones."""
    wanted = Notes(customers=options["customers"], seed=options["seed"])
    earlier = read_notes(settings.VAR_DIR)
    if earlier is None:
        return wanted
    same = (earlier.customers, earlier.seed) == (wanted.customers, wanted.seed)
    if not (earlier.finished or same):
        message = (
            f"a demo of {earlier.customers} customers with seed {earlier.seed} was begun here: "
            "finish it with the same figures, or start again with --reset"
        )
        raise CommandError(message)
    return earlier


def _seed(notes: Notes, progress: Progress) -> None:
    # Loaded by name and this late: it takes seconds, in which the terminal would show nothing.
    with progress.step("Loading the engine, statistics and charts"):
        tell = import_string("impact.management.demo.story.tell")
    tell(notes, settings.VAR_DIR, progress, max(timezone.now(), LAST_INSTANT))


def _tell(notes: Notes, progress: Progress) -> None:
    for blueprint in BLUEPRINTS:
        progress.say()
        for line in telling.told(blueprint):
            progress.say(line)
    progress.say()
    progress.say(f"{SIMULATED} {MISSES}")
    progress.say(f"Reports were ready after {progress.elapsed:.0f} s. Sign in as:")
    for name, password in notes.passwords.items():
        progress.say(f"  {name:<8} {password}   ({people.SIGN_INS[name]})")
    progress.say(f"API key of the router: {notes.api_key}")
