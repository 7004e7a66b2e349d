"""The last good rule set on disk, as it was received: a start without the service begins here."""

import os
from dataclasses import dataclass
from pathlib import Path

MARK = b"equipoise ruleset 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A rule set as the service sent it: nothing of it is believed yet."""

    body: bytes
    signature: str
    tag: str


def keep(path: Path, received: Received) -> None:
    """Replace the file as a whole: whoever reads it meanwhile sees the old or the new one.

    Raises:
        OSError: it could not be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    lines = (MARK, received.signature.encode("ascii"), received.tag.encode("ascii"), received.body)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\n".join(lines))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def kept(path: Path) -> Received:
    """Return what was kept.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is not one of ours.
    """
    mark, signature, tag, body = path.read_bytes().split(b"\n", 3)
    if mark != MARK:
        raise ValueError(f"{path.name}: is no rule set that was kept")
    return Received(body=body, signature=signature.decode("ascii"), tag=tag.decode("ascii"))
