"""Values of a JSON document as people type them."""

import json
from typing import Any

LONGEST_WHOLE = 10


def scalar(text: str) -> Any:  # noqa: ANN401  # any value of a JSON document
    """Read typed text as what a person means: 300 and 0.5 are numbers, true is true, 0012 is text.

    >>> [scalar(text) for text in ("300", "0.5", "true", "0012", "pro", '"300"')]
    [300, 0.5, True, '0012', 'pro', '300']
    >>> scalar("[" * 100_000) == "[" * 100_000  # nested too deep to be read
    True
    """
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def whole(text: str) -> int:
    """Read a number that a form of ours carries along; whatever else somebody sends is 0.

    >>> [whole(text) for text in ("12", "abc", "²", "9" * 5000)]
    [12, 0, 0, 0]
    """
    return int(text) if text.isdecimal() and len(text) < LONGEST_WHOLE else 0


def typed(value: Any) -> str:  # noqa: ANN401  # any value of a JSON document
    """Return the text that `scalar` reads back as `value`.

    >>> [typed(value) for value in (300, True, "pro", "300")]
    ['300', 'true', 'pro', '"300"']
    """
    is_plain = isinstance(value, str) and scalar(value) == value
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
