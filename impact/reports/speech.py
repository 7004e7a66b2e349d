"""Sentences of the analysis as people read them: titles for keys, dates, true minus signs."""

import re
from collections.abc import Mapping
from datetime import date

from impact.reports.formats import MINUS, day

NO_WORD = re.compile(r"[0-9_]")
NEGATIVE = re.compile(r"(?<![\w.-])-(?=\d)")
DATE = re.compile(r"(?<![\w-])2\d{3}-\d{2}-\d{2}(?![\w-])")
TINY = re.compile(r"p = \d(?:\.\d+)?e-\d+")


def spoken(text: str, titles: Mapping[str, str]) -> str:
    """Return a sentence with the titles of variants for their keys.

    Only keys that cannot be words of a sentence are replaced: those with a digit or a line.

    >>> spoken("with hold_300 it is -1.2", {"hold_300": "Hold to 300 s"}).replace(MINUS, "minus ")
    'with “Hold to 300 s” it is minus 1.2'
    >>> spoken("before the planned end of 2026-09-30", {})
    'before the planned end of 30 Sep 2026'
    >>> spoken("batch 2026-02-30", {})
    'batch 2026-02-30'
    >>> spoken("p = 3.26e-09", {})
    'p < 0.001'
    """
    for key, title in titles.items():
        if title and title != key and NO_WORD.search(key):
            text = f"“{title}”".join(re.split(rf"\b{re.escape(key)}\b", text))
    return TINY.sub("p < 0.001", NEGATIVE.sub(MINUS, DATE.sub(_day, text)))


def _day(found: re.Match[str]) -> str:
    try:
        return day(date.fromisoformat(found[0]))
    except ValueError:  # a label that only looks like a date
        return found[0]
