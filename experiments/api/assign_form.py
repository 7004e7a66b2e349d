"""The question as a form, for routers that send no JSON: FreeSWITCH's httapi is one.

The fields are those of the JSON body, each of them text: `experiments` may be given several times
or with commas, and `attribute_<name>` is an attribute. Fields that are not named are left alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest

CONTENT_TYPE = "application/x-www-form-urlencoded"
TEXTS = ("customer_id", "contact_id", "agent_id", "team", "queue", "arrived_at", "format")
ATTRIBUTE = "attribute_"
MALFORMED = "must be JSON, or a form with a field of the question"
_TRUTHS = {"true": True, "false": False, "": None}
_JSON_STARTS = (b"{", b"[", b'"')


def is_form(body: bytes, content_type: str) -> bool:
    """Tell whether a form was sent; curl says so of JSON too, unless it is told otherwise.

    >>> is_form(b"customer_id=7", CONTENT_TYPE), is_form(b'{"customer_id": "="}', CONTENT_TYPE)
    (True, False)
    """
    if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        return False
    return b"=" in body and not body.lstrip().startswith(_JSON_STARTS)


def form_fields(body: bytes) -> dict[str, object]:
    """Return the fields as the JSON body would name them.

    >>> form_fields(b"customer_id=%2B49301&experiments=a,b&attribute_tier=pro")
    {'customer_id': '+49301', 'experiments': ['a', 'b'], 'attributes': {'tier': 'pro'}}

    Raises:
        InvalidRequest: it is no form, names nothing of a question, or says one thing twice.
    """
    values = _values(body)
    fields: dict[str, object] = {name: _once(values, name) for name in TEXTS if name in values}
    if "experiments" in values:
        fields["experiments"] = [key for each in values["experiments"] for key in each.split(",")]
    if "experiment" in values:
        fields["experiment"] = _once(values, "experiment")
    if attributes := _attributes(values):
        fields["attributes"] = attributes
    if "expose" in values:
        fields["expose"] = _truth("expose", _once(values, "expose"))
    if not fields:
        raise InvalidRequest(violation("body", body[:80].decode(errors="replace"), MALFORMED))
    if values.get("exiting") == ["true"]:  # httapi asks once more when the caller has hung up
        fields["expose"] = False
    return fields


def _values(body: bytes) -> Mapping[str, Sequence[str]]:
    values = defaultdict(list)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        shown = body[:80].decode(errors="replace")
        raise InvalidRequest(violation("body", shown, "must be in UTF-8")) from None
    for name, value in pairs:
        values[name].append(value)
    return values


def _once(values: Mapping[str, Sequence[str]], name: str) -> str:
    if len(values[name]) > 1:
        raise InvalidRequest(violation(name, list(values[name]), "must be given once"))
    return values[name][0]


def _attributes(values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    names = [name for name in values if name.startswith(ATTRIBUTE)]
    return {name.removeprefix(ATTRIBUTE): _once(values, name) for name in names}


def _truth(name: str, text: str) -> bool | None:
    if text not in _TRUTHS:
        raise InvalidRequest(violation(name, text, "must be true or false"))
    return _TRUTHS[text]
