"""Payloads of batches as files, on disk for good before anything speaks of them."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from impact.errors import BatchTooLarge


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A payload written and synchronised, not yet under its name."""

    path: Path
    sha256: str
    size: int

    def keep_as(self, name: str) -> None:
        """Give the payload its name for good; the same content may have it already."""
        self.path.replace(payload(name))
        _synchronise(self.path.parent)

    def discard(self) -> None:
        """Remove the payload if it has no name yet."""
        self.path.unlink(missing_ok=True)


def payload(name: str) -> Path:
    """Return where the payload of that name lies."""
    return Path(settings.INBOX_DIR) / name


def write(content: Iterable[bytes], *, limit: int) -> Draft:
    """Write `content` and synchronise it.

    Raises:
        BatchTooLarge: it has more than `limit` bytes.
    """
    path = payload(f".{uuid4().hex}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            for piece in content:
                size += len(piece)
                check_size(size, limit)
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Draft(path=path, sha256=digest.hexdigest(), size=size)


def check_size(size: int, limit: int) -> None:
    """Refuse more than `limit` bytes.

    Raises:
        BatchTooLarge: naming the limit.
    """
    if size > limit:
        value = f"{size:,} bytes or more"
        raise BatchTooLarge(field="body", value=value, rule=f"must have at most {limit:,} bytes")


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
