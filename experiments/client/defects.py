"""Failures of our own: counted all, logged once each, and never with a value in the text."""

import logging
from traceback import extract_tb

logger = logging.getLogger(__name__)


class Defects:
    """What went wrong that must not have."""

    def __init__(self) -> None:
        self.count = 0
        self._seen: set[str] = set()

    def note(self, error: Exception) -> None:
        """Count a failure and say where it was; its message could hold the id of a customer."""
        self.count += 1
        frames = extract_tb(error.__traceback__)
        place = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "nowhere"
        text = f"{type(error).__name__} in {place}"
        if text not in self._seen:
            self._seen.add(text)
            logger.error("a defect of the client: %s", text)
