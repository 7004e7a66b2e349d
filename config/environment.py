"""Where the embedded default keeps its state, and the secret key it makes for itself."""

import os
import secrets
from pathlib import Path


def state_folder(configured: str, base: Path) -> Path:
    """Return the folder of everything a run leaves behind, created if it is missing."""
    folder = Path(configured) if configured else base / "var"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def generated_secret_key(folder: Path) -> str:
    """Return the key kept in `folder`, making one at the first start.

    The file is created by link: of several processes that start together, all read the same key.
    """
    path = folder / "secret_key"
    if not path.exists():
        draft = folder / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
