"""What the terminal shows while the demo works: every step, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Output(Protocol):
    """Where text goes: a stream, or a command's output."""

    def write(self, text: str, /) -> object:
        """Write the text."""

    def flush(self) -> object:
        """Show what was written."""


class Progress:
    """Writes one line per step and remembers the seconds of each."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._begun = time.monotonic()
        self.seconds: list[tuple[str, float]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show `name` while the body runs, then its seconds."""
        begun = time.monotonic()
        self._write(f"  {name} ... ")
        yield
        took = time.monotonic() - begun
        self.seconds.append((name, took))
        self._write(f"{took:.1f} s\n")

    def say(self, line: str = "") -> None:
        """Write a line."""
        self._write(f"{line}\n")

    @property
    def elapsed(self) -> float:
        """Seconds since this began."""
        return time.monotonic() - self._begun

    def table(self) -> str:
        """Return the seconds of all steps, the longest first, and the sum of everything."""
        rows = sorted(self.seconds, key=lambda row: -row[1])
        lines = [f"  {seconds:7.2f} s  {name}" for name, seconds in rows]
        return "\n".join([*lines, f"  {self.elapsed:7.2f} s  in all"])

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
