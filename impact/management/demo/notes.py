"""What the demo remembers of itself: with which figures it was made, sign-ins, and how far it came.

The file stands beside the generated secret key, readable by its owner only. The passwords in it
open nothing but this machine's simulated data.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "demo.json"
OWNER_ONLY = 0o600
LETTERS = 9


def new_password() -> str:
    """Return a random password."""
    return secrets.token_urlsafe(LETTERS)


@dataclass(slots=True, kw_only=True)
class Notes:
    """One demo. `finished` is set when all reports are ready."""

    customers: int
    seed: int
    finished: bool = False
    passwords: dict[str, str] = field(default_factory=dict)
    api_key: str = ""

    def save(self, folder: Path) -> None:
        """Write the notes, whole or not at all."""
        draft = folder / f".{NAME}"
        draft.touch(mode=OWNER_ONLY)
        draft.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        draft.replace(folder / NAME)


def read_notes(folder: Path) -> Notes | None:
    """Return the notes of the demo that was made here, if there was one."""
    path = folder / NAME
    if not path.exists():
        return None
    return Notes(**json.loads(path.read_text(encoding="utf-8")))
