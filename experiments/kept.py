"""A value kept on disk, for a process that starts while the database is away.

The file is replaced as a whole and bears the digest of what is in it: it is read completely or
not at all. It holds salts and digests of keys, so that nobody else may read it.
"""

import logging
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from django.conf import settings

from experiments.errors import ExperimentsError

Value = TypeVar("Value")
log = logging.getLogger(__name__)


class Kept(Generic[Value]):
    """The last value of that name that any process of this machine wrote."""

    def __init__(
        self, name: str, *, encode: Callable[[Value], bytes], decode: Callable[[bytes], Value]
    ) -> None:
        self._name, self._encode, self._decode = name, encode, decode

    def write(self, value: Value) -> None:
        """Keep the value through the next crash; a disk that does not take it is only reported."""
        text = self._encode(value)
        draft = self._path.with_suffix(f".{os.getpid()}")
        try:
            with open(draft, "wb", opener=_private) as file:
                file.write(sha256(text).hexdigest().encode() + b"\n" + text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            log.warning("%s is not kept on disk: %s", self._name, error.strerror)

    def read(self) -> Value | None:
        """Return what was kept; None where there is nothing, or nothing sound."""
        try:
            digest, _, text = self._path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if sha256(text).hexdigest().encode() != digest:
            log.warning("%s on disk is damaged: not used", self._name)
            return None
        try:
            return self._decode(text)
        except (msgspec.MsgspecError, ExperimentsError) as error:
            log.warning("%s on disk is of another release: %s", self._name, error)
            return None

    @property
    def _path(self) -> Path:
        return Path(settings.KEPT_DIR) / f"{self._name}.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _sync(folder: Path) -> None:
    """Make the new name as durable as what is in the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
