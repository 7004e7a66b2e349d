"""A build backend (PEP 517) for one wheel, of the standard library alone.

The modules of the client and those of the core that it decides by are packed under a name of
their own, `equipoise_client`, so that they stand beside any other package called `experiments`;
their imports are rewritten on the way. The same sources give the same bytes.
"""

import base64
import hashlib
import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
EXPERIMENTS = HERE.parents[1]
ROOT = EXPERIMENTS.parent
PACKAGE = "equipoise_client"
MOVED = {
    "experiments.client": PACKAGE,
    "experiments.assignment": f"{PACKAGE}.assignment",
    "experiments.errors": f"{PACKAGE}.errors",
}
_NAMES = re.compile(rf"\b({'|'.join(map(re.escape, MOVED))})\b")
_LEFT = re.compile(r"^\s*(?:from|import) experiments\b.*$", re.MULTILINE)
_BIRTHDAY = (1980, 1, 1, 0, 0, 0)
WHEEL = "Wheel-Version: 1.0\nGenerator: equipoise\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


class UnsupportedOperation(Exception):
    """There is no source distribution: the sources are the repository."""


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,  # noqa: ARG001  # the hook's signature
    metadata_directory: str | None = None,  # noqa: ARG001  # as above
) -> str:
    """Write the wheel; return its name."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stem = f"{PACKAGE}-{project['version']}"
    files = {**dict(_modules()), **dict(_metadata(project, f"{stem}.dist-info"))}
    record = f"{stem}.dist-info/RECORD"
    files[record] = _record(files, record)
    name = f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, _BIRTHDAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            wheel.writestr(entry, content)
    return name


def build_sdist(
    sdist_directory: str,  # noqa: ARG001  # as above
    config_settings: Mapping[str, Any] | None = None,  # noqa: ARG001  # as above
) -> str:
    """Refuse: build with `--wheel`."""
    raise UnsupportedOperation


def rewritten(source: str) -> str:
    """Return a module as it stands in the wheel.

    Raises:
        ValueError: it imports what the wheel does not carry.

    >>> rewritten("from experiments.client.held import Held")
    'from equipoise_client.held import Held'
    >>> rewritten("from experiments.models import Experiment")
    Traceback (most recent call last):
        ...
    ValueError: from experiments.models import Experiment: is not in the wheel
    """
    text = _NAMES.sub(lambda found: MOVED[found[0]], source)
    if left := _LEFT.search(text):
        raise ValueError(f"{left[0].strip()}: is not in the wheel")
    return text


def _modules() -> Iterator[tuple[str, bytes]]:
    yield f"{PACKAGE}/py.typed", b""
    yield f"{PACKAGE}/errors.py", _module(EXPERIMENTS / "errors.py")
    for folder, target in (("client", PACKAGE), ("assignment", f"{PACKAGE}/assignment")):
        for path in _sources(EXPERIMENTS / folder):
            yield f"{target}/{path.relative_to(EXPERIMENTS / folder).as_posix()}", _module(path)


def _sources(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.parent != HERE)


def _module(path: Path) -> bytes:
    return rewritten(path.read_text(encoding="utf-8")).encode()


def _metadata(project: Mapping[str, Any], folder: str) -> Iterator[tuple[str, bytes]]:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"Requires-Python: {project['requires-python']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        "Description-Content-Type: text/markdown",
    ]
    for extra, wanted in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {each}; extra == "{extra}"' for each in wanted]
    description = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    yield f"{folder}/METADATA", ("\n".join(lines) + "\n\n" + description).encode()
    yield f"{folder}/WHEEL", WHEEL.encode()
    yield f"{folder}/licenses/LICENSE", (ROOT / "LICENSE").read_bytes()


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    lines = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    return ("\n".join([*lines, f"{own},,"]) + "\n").encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
