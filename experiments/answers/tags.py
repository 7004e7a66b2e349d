"""Tags of answers: what a client has already is not sent again."""


def matches(if_none_match: str, tag: str) -> bool:
    """Tell whether a tag is among those that a client has, compared weakly.

    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches('"b', '"b"')
    (True, True, False)
    """
    given = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in given or "*" in given
