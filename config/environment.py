"""Where the embedded default keeps its state, and the secret keys it makes for itself."""

import os
import secrets
from pathlib import Path


def state_folder(configured: str, base: Path) -> Path:
    """Return the folder of everything a run leaves behind, created if it is missing."""
    folder = Path(configured) if configured else base / "var"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def generated_ruleset_key(folder: Path) -> str:
    """Return the key `id:secret` that signs the rule set, kept in `folder` as the secret key is."""
    return f"embedded:{generated_secret_key(folder, 'ruleset_key')}"


def generated_secret_key(folder: Path, name: str = "secret_key") -> str:
    """Return the key kept in a file of `folder`, making one at the first start.

    The file is created by link: of several processes that start together, all read the same key.
    """
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
