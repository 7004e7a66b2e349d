"""How long to wait before the next request: longer after every failure, never in step."""

from random import SystemRandom

MOST_DOUBLINGS = 16
_random = SystemRandom()  # other in every fork, and not the caller's own, which may be seeded


class Pauses:
    """Pauses of one kind of request. Jitter only shortens them, so that `interval` is a promise."""

    def __init__(self, interval: float, longest: float) -> None:
        self._interval, self._longest = interval, longest
        self.failures = 0

    def after_success(self) -> float:
        """Return the seconds to the next request after one that went well."""
        self.failures = 0
        return self._interval * _random.uniform(0.8, 1.0)

    def after_failure(self, asked: float = 0.0) -> float:
        """Return the seconds to the next after one that failed; the service may have `asked`."""
        doublings = min(self.failures, MOST_DOUBLINGS)
        self.failures += 1
        full = max(self._interval * 2.0**doublings, asked)
        return min(self._longest, full) * _random.uniform(0.5, 1.0)
