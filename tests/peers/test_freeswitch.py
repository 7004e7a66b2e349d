"""The documented dialplan and profile: what FreeSWITCH would send, sent to a live server."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.peers.freeswitch_dialplan import Variables, document, expanded, run_inline
from tests.peers.stand_ins import WAYS, failing
from tests.processes import PATIENCE, PROJECT

pytestmark = pytest.mark.peers
PIECE = PROJECT / "docs" / "routing" / "freeswitch"
QUEUES = {CONTROL: "q_standard", TREATMENT: "q_long"}


def settings(live: Live, address: str = "") -> dict[str, str]:
    return {name.lower(): value for name, value in live.settings(address).items()}


def call(number: str, uuid: str = "") -> Variables:
    return {"caller_id_number": number, "uuid": uuid or f"fs-{number}"}


def post(address: str, headers: Mapping[str, str], body: str) -> tuple[int, str]:
    return _post(address, headers, body, timeout=PATIENCE)


def impatient(address: str, headers: Mapping[str, str], body: str) -> tuple[int, str]:
    """Give up after the second that the dialplan sets; mod_curl then tells 0 and nothing."""
    return _post(address, headers, body, timeout=1)


def _post(
    address: str, headers: Mapping[str, str], body: str, *, timeout: float
) -> tuple[int, str]:
    try:
        answer = httpx.post(address, headers=headers, content=body, timeout=timeout)
    except httpx.TransportError:
        return 0, ""
    return answer.status_code, answer.text


def test_mod_curl_sets_the_arm_and_its_queue(live: Live) -> None:
    text = (PIECE / "curl.xml").read_text()
    callers = [f"+4980{number:05}" for number in range(8)]
    before = live.rows(ROUTED)

    told = [run_inline(text, settings(live), call(each), post) for each in callers]

    assert [each["xp_variant"] for each in told] == [live.variant(each) for each in callers]
    assert all(each["xp_queue"] == QUEUES[each["xp_variant"]] for each in told)
    assert {each["xp_source"] for each in told} == {"service"}
    assert all(each["xp_assignment"].startswith("a-") for each in told)
    assert live.rows(ROUTED) == before + 8


@pytest.mark.parametrize("how", WAYS)
def test_a_call_is_played_control_when_no_answer_comes(live: Live, how: str) -> None:
    text = (PIECE / "curl.xml").read_text()

    with failing(how) as address:
        told = run_inline(text, settings(live, address), call("+49801"), impatient)

    assert (told["xp_variant"], told["xp_source"], told["xp_queue"]) == (
        CONTROL,
        "default",
        "q_standard",
    )
    assert (told["curl_timeout"], told["curl_connect_timeout"]) == ("1", "1")


def test_a_caller_without_a_number_is_not_asked_for(live: Live) -> None:
    text = (PIECE / "curl.xml").read_text()

    told = run_inline(text, settings(live), call('x","queue":"y', "fs-odd"), post)

    assert (told["xp_variant"], told["xp_source"]) == (CONTROL, "default")
    assert "curl_response_code" not in told


def httapi(live: Live, number: str, **more: str) -> httpx.Response:
    """Post what mod_httapi posts with the documented profile and dialplan."""
    profile = document((PIECE / "httapi.conf.xml").read_text(), settings(live))
    params = {each.get("name", ""): each.get("value", "") for each in profile.iter("param")}
    assert (params["method"], params["timeout"], params["auth-scheme"]) == ("POST", "1", "basic")
    dialplan = document((PIECE / "httapi.xml").read_text(), settings(live))
    (data,) = (
        each.get("data", "")
        for each in dialplan.iter("action")
        if each.get("application") == "httapi"
    )
    pairs = expanded(data, call(number)).strip("{}").split(",")
    form = dict(pair.split("=", 1) for pair in pairs)
    sent = {"session_id": "fs", "hostname": "fs", "Caller-Caller-ID-Number": number, **form, **more}
    user, _, password = params["gateway-credentials"].partition(":")
    return httpx.post(params["gateway-url"], data=sent, auth=(user, password), timeout=PATIENCE)


def test_mod_httapi_is_told_the_arm_and_to_break(live: Live) -> None:
    before = live.rows(ROUTED)

    answer = httapi(live, "+49802")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    told = ET.fromstring(answer.text)  # noqa: S314  # our own text
    variant = told.findtext("variables/xp_variant")
    assert variant == live.variant("+49802")
    assert told.findtext("variables/xp_policy_queue") == QUEUES[variant]
    assert [each.tag for each in told.findall("work/*")] == ["break"]
    assert live.rows(ROUTED) == before + 1


def test_mod_httapi_leaves_no_row_when_it_says_good_bye(live: Live) -> None:
    before = live.rows(ROUTED)

    answer = httapi(live, "+49803", exiting="true")

    assert answer.status_code == 200
    assert live.rows(ROUTED) == before


@pytest.mark.parametrize(("variant", "queue"), [*QUEUES.items(), ("", "q_standard")])
def test_the_dialplan_of_httapi_routes_by_what_it_was_told(
    live: Live, variant: str, queue: str
) -> None:
    text = (PIECE / "httapi.xml").read_text()
    channel = {"destination_number": "routed", "xp_variant": variant}

    told = run_inline(text, settings(live), channel, post)
    sent = [
        action.get("data")
        for extension in document(text, settings(live)).iter("extension")
        if "routed to" in extension.get("name", "")
        and all(
            told.get(each.get("field", "").strip("${}"), "")
            == each.get("expression", "").strip("^$")
            for each in extension.findall("condition")
        )
        for action in extension.iter("action")
    ]

    assert sent[0] == f"{queue}@default"
    assert told["xp_variant"] == (variant or CONTROL)
