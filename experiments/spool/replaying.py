"""Back into the log: what the database refuses for good is set aside and hides nothing."""

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from django.db import DataError, IntegrityError, transaction

from experiments.exposures import ExposureRow, record, record_many
from experiments.spool.files import REFUSED, TAKEN, WRITTEN, folder, lines_of, locked, write

ROWS_AT_ONCE = 1_000  # a transaction that answers do not have to wait for
Unfit = (DataError, IntegrityError)

logger = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(ExposureRow)


def is_empty() -> bool:
    """Tell whether nothing waits for its replay, or was set aside to be tried again."""
    return not any(path.suffix in {WRITTEN, TAKEN, REFUSED} for path in folder().iterdir())


def replay() -> int:
    """Write everything that was kept to the log; return the number of rows that were new.

    Raises:
        django.db.Error: the database is still away; what is left is kept.
    """
    new = _replay_taken()  # first: while the database is away, no more files are taken
    for path in folder().glob(f"*{WRITTEN}"):
        _take_away(path)
    new += _replay_taken()
    return new + sum(_try_again(path) for path in sorted(folder().glob(f"*{REFUSED}")))


def _replay_taken() -> int:
    return sum(_replay_file(path) for path in sorted(folder().glob(f"*{TAKEN}")))


def _replay_file(path: Path) -> int:
    try:
        new = _record(path)
    except FileNotFoundError:  # another process was faster
        return 0
    except Unfit:
        if not _takes_any(path):
            logger.error("the database refuses all of %s: kept", path.name)  # noqa: TRY400  # no ids in a trace
            return 0
        new = _record_fit(path)
    path.unlink(missing_ok=True)
    return new


def _record(path: Path) -> int:
    with path.open("rb") as file:
        return record_many(_rows(file, path.name), at_once=ROWS_AT_ONCE)


def _takes_any(path: Path) -> bool:
    """Tell whether the database takes the first row, the middle one or the last.

    It takes none while a migration is under way that this release does not know.
    """
    with path.open("rb") as file:
        rows = list(_rows(file, path.name))
    return any(_is_fit(row) for row in (rows[0], rows[len(rows) // 2], rows[-1]))


def _is_fit(row: ExposureRow) -> bool:
    try:
        with transaction.atomic():
            record([row])
    except Unfit:
        return False
    return True


def _record_fit(path: Path) -> int:
    """Write the rows that the database takes, set the others aside; return how many it took."""
    fit, unfit = 0, []
    with path.open("rb") as file:
        for row in _rows(file, path.name):
            if _is_fit(row):
                fit += 1
            else:
                unfit.append(row)
    if unfit:
        logger.error("the database refuses %s rows of %s: set aside", len(unfit), path.name)
        write(path.with_suffix(REFUSED), lines_of(unfit))
    return fit


def _try_again(path: Path) -> int:
    """Write rows that were set aside: a release, or a migration, may have made them fit."""
    try:
        new = _record(path)
    except (FileNotFoundError, *Unfit):
        return 0
    path.unlink(missing_ok=True)
    return new


def _rows(lines: Iterable[bytes], name: str) -> Iterator[ExposureRow]:
    """Yield the rows; a line that a crash cut short was never answered and is left out."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _decoder.decode(line)
        except msgspec.DecodeError:
            logger.warning("left out line %s of %s: not a whole row", number, name)


def _take_away(path: Path) -> None:
    """Rename a file that nobody is writing to; its writer starts a new one."""
    with locked(path):
        path.rename(path.with_name(f"{path.stem}.{os.urandom(8).hex()}{TAKEN}"))
