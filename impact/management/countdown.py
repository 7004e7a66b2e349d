"""How far a long count is, said now and then: what is done and how long the rest will take."""

import time

from impact.management.demo.progress import Output

EVERY = 5.0  # seconds


class Countdown:
    """Writes a line when it begins to last, and every few seconds from then on."""

    def __init__(self, out: Output, *, total: int, what: str) -> None:
        self._out, self._total, self._what = out, total, what
        self._begun = self._said = time.monotonic()

    def tell(self, done: int) -> None:
        """Say how many of the total are done, if it is time to say something."""
        now = time.monotonic()
        if now - self._said < EVERY or done == self._total:
            return
        self._said = now
        left = (now - self._begun) / done * (self._total - done)
        self._out.write(f"{done:,} of {self._total:,} {self._what}, about {left:.0f} s left\n")
        self._out.flush()
