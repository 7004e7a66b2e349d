"""Reads the documented dialplan as FreeSWITCH does, as far as the pieces go.

From the sources of switch_core and mod_dialplan_xml: globals are put in when the file is read;
conditions of an extension must all hold, the last one's groups are $1 and on; inline actions run
at once. From mod_curl: words are split at blanks, what is posted is decoded first.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

Variables = dict[str, str]
Post = Callable[[str, Mapping[str, str], str], tuple[int, str]]


def run_inline(
    text: str, settings: Mapping[str, str], caller: Mapping[str, str], post: Post
) -> Variables:
    """Return the variables after all inline actions; `post` takes address, headers and body."""
    variables = dict(caller)
    for extension in document(text, settings).iter("extension"):
        for action, groups in _actions(extension, variables):
            if action.get("inline") == "true":
                _run(action, groups, variables, post)
    return variables


def document(text: str, settings: Mapping[str, str]) -> ET.Element:
    """Return the document with the globals of vars.xml in their places."""
    return ET.fromstring(re.sub(r"\$\$\{(\w+)\}", lambda found: settings[found[1]], text))  # noqa: S314


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Return the text with variables of the channel and url_encode() filled in."""
    text = re.sub(
        r"\$\{url_encode\(\$\{(\w+)\}\)\}",
        lambda found: quote(variables.get(found[1], ""), safe=""),
        text,
    )
    return re.sub(r"\$\{(\w+)\}", lambda found: variables.get(found[1], ""), text)


def _actions(
    extension: ET.Element, variables: Mapping[str, str]
) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    for condition in extension.findall("condition"):
        field = condition.get("field", "")
        value = expanded(field, variables) if "$" in field else variables.get(field, "")
        found = re.search(condition.get("expression", ""), value)
        if found is None:
            return
        for action in condition.findall("action"):
            yield action, found.groups()


def _run(action: ET.Element, groups: tuple[str, ...], variables: Variables, post: Post) -> None:
    data = expanded(action.get("data", ""), variables)
    for number, group in enumerate(groups, 1):
        data = data.replace(f"${number}", group)
    if action.get("application") == "set":
        name, _, value = data.partition("=")
        variables[name] = value
    else:
        assert action.get("application") == "curl", action.attrib
        code, body = post(*_request(data))
        variables |= {"curl_response_code": str(code), "curl_response_data": body}


def _request(data: str) -> tuple[str, dict[str, str], str]:
    address, *words = data.split(" ")
    assert len(words) < 10, "mod_curl reads ten words"
    values = {
        name: words[words.index(name) + 1] for name in ("append_headers", "content-type", "post")
    }
    header, _, value = values["append_headers"].partition(":")
    return address, {header: value, "Content-Type": values["content-type"]}, unquote(values["post"])
