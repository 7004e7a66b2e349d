"""What no text may hold, and how a refused value is shown: as JSON, cut to a readable length."""

import json
import re

from experiments.errors import Violation

LONGEST_SHOWN = 80
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
UNSTORABLE_RULE = "must not hold NUL or half of a surrogate pair"


def violation(field: str, value: object, rule: str) -> Violation:
    """Return the broken rule with the value as its sender wrote it: `"12"` is not `12`.

    >>> print(violation("coverage", "12", "must be an integer"))
    coverage = "12": must be an integer
    """
    return Violation(field=field, value=_shown(value), rule=rule)


def _shown(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        text = f"<{type(value).__name__}>"
    text = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
    return text.encode(errors="backslashreplace").decode()
