"""What a stretch of a program costs: seconds by the clock and of the processors, and memory."""

import resource
import time
from dataclasses import dataclass, field


def processor_seconds() -> float:
    """Return what all threads of this process have used, in user and system mode."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_megabytes() -> float:
    """Return the most memory that this process ever held, imports and all."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(slots=True)
class Stopwatch:
    """Seconds since it was made, or since the last lap."""

    clock: float = field(default_factory=time.perf_counter)
    processor: float = field(default_factory=processor_seconds)

    def lap(self, name: str) -> dict[str, float]:
        """Return the seconds of this lap by their names, and begin the next."""
        clock, processor = time.perf_counter(), processor_seconds()
        seconds = {name: clock - self.clock, f"{name}_processor": processor - self.processor}
        self.clock, self.processor = clock, processor
        return seconds
