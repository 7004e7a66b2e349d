"""Answers as routers read them: one flat line, one word, a form, or FreeSWITCH's document."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import msgspec

from experiments.answers.answer import Answer, AnswerStatus

LONGEST = 32_000
NOTHING = Answer(status=AnswerStatus.OK, experiment="")
CONTENT_TYPES = {
    "json": "application/json",
    "form": "text/plain; charset=utf-8",
    "text": "text/plain; charset=utf-8",
    "httapi": "text/xml; charset=utf-8",
}


def flat(answers: Sequence[Answer]) -> dict[str, str]:
    """Return the fields of one answer bare, of several each behind its experiment's key.

    Under 32 KB: where the policies would not fit, they are left out.
    """
    fields = _joined([answer.fields() for answer in answers or (NOTHING,)])
    if len(msgspec.json.encode(fields)) < LONGEST:
        return fields
    return {name: value for name, value in fields.items() if "policy_" not in name}


def render(fields: Mapping[str, str], format_: str) -> bytes:
    """Return the fields in one of the formats.

    >>> render({"status": "ok", "variant": "take_time"}, "form")
    b'status=ok&variant=take_time'
    """
    match format_:
        case "form":
            return urlencode(fields).encode()
        case "text":
            return fields.get("variant", "").encode()
        case "httapi":
            return _document(fields).encode()
        case _:
            return msgspec.json.encode(fields)


def _joined(several: Sequence[Mapping[str, str]]) -> dict[str, str]:
    if len(several) == 1:
        return dict(several[0])
    return {
        f"{fields['experiment']}__{name}": value
        for fields in several
        for name, value in fields.items()
    }


def _document(fields: Mapping[str, str]) -> str:
    """Return the answer for mod_httapi, which asks again and again until it is told to break."""
    variables = "".join(f"<xp_{name}>{escape(value)}</xp_{name}>" for name, value in fields.items())
    return (
        '<document type="xml/freeswitch-httapi"><params/>'
        f"<variables>{variables}</variables><work><break/></work></document>"
    )
