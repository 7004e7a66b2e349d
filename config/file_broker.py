"""Celery's broker of files, made safe for several processes on a busy machine.

kombu's own creates a file first and writes it afterwards: who reads in between finds nothing in
it and falls over. Here a message appears whole, and tables of queues are read and written by one
process at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Messages as files that are never seen half written."""

    def _put(  # type: ignore[override]  # its stubs name the second argument in two ways
        self,
        queue: str,
        payload: dict[str, Any],
        **_options: Any,  # noqa: ANN401  # as kombu calls it
    ) -> None:
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unfinished = folder / f"{name}.part"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(folder / name)
        except OSError as error:
            message = f"cannot add {name} to {folder}"
            raise ChannelError(message) from error

    def get_table(self, exchange: str) -> list[Any]:
        """Return the queues of an exchange."""
        with self._alone():
            return list(super().get_table(exchange))

    def _queue_bind(self, *binding: Any) -> None:  # noqa: ANN401  # as kombu calls it
        with self._alone():
            super()._queue_bind(*binding)

    def _delete(self, *binding: Any, **options: Any) -> None:  # noqa: ANN401  # as kombu calls it
        with self._alone():
            super()._delete(*binding, **options)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes away from the tables."""
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "tables.lock").open("w") as file:
            filesystem.lock(file, filesystem.LOCK_EX)  # type: ignore[attr-defined]  # its stubs lack it
            try:
                yield
            finally:
                filesystem.unlock(file)


class Transport(filesystem.Transport):
    """The broker behind addresses that begin with filesystem://."""

    Channel = Channel


def folders_in(folder: Path) -> dict[str, object]:
    """Return the options of a broker that keeps its files in a folder, made if it is missing."""
    messages, control = folder / "messages", folder / "control"
    for each in (messages, control):
        each.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.05,
    }


def install() -> None:
    """Let every connection to filesystem:// use this broker."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
