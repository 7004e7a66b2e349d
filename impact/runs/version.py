"""Which code computed a run: the release and a digest of the sources behind every number."""

import hashlib
from functools import cache
from pathlib import Path

RELEASE = "0.1.0"
PACKAGES = ("experiments/assignment", "experiments/plan", "impact")


@cache
def code_version() -> str:
    """Return the release and the first 12 digits of a SHA-256 over the sources' bytes."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return f"{RELEASE}+{digest.hexdigest()[:12]}"
