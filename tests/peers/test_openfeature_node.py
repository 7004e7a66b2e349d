"""OpenFeature's SDKs of npm with their OFREP providers, as released, against a live server."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.peers.conftest import Live
from tests.peers.flags import VALUES

pytestmark = pytest.mark.peers
HERE = Path(__file__).parent
KINDS = {
    "flag_string": ("string", "default"),
    "flag_boolean": ("boolean", False),
    "flag_integer": ("number", -1),
    "flag_number": ("number", -1),
    "flag_object": ("object", {}),
    "flag_ended": ("string", "default"),
}


def question(flag: str, targeting_key: object = "0012") -> dict[str, object]:
    kind, fallback = KINDS.get(flag, ("string", "default"))
    context = {} if targeting_key is None else {"targetingKey": targeting_key}
    return {"flag": flag, "kind": kind, "fallback": fallback, "context": context}


def ask(node: Path, live: Live, *asked: dict[str, object], key: str = "") -> list[dict[str, Any]]:
    """Return what the server SDK found."""
    given = {"address": live.address, "key": key or live.key, "asked": asked}
    with script(node, "server_sdk.mjs", given) as running:
        return list(heard(running))


@contextmanager
def script(node: Path, name: str, given: object) -> Iterator["subprocess.Popen[str]"]:
    """Run a script beside the packages until it ends by itself or the block ends."""
    copy = node / name
    copy.write_text((HERE / name).read_text())
    with subprocess.Popen(  # noqa: S603  # our own script
        ["node", str(copy), json.dumps(given)],  # noqa: S607  # wherever it is installed
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def heard(running: "subprocess.Popen[str]") -> Any:  # noqa: ANN401  # any JSON
    """Return the next line that a script says."""
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line, "it ended without a word"
    return json.loads(line)


def until(running: "subprocess.Popen[str]", said: str) -> dict[str, Any]:
    """Return the next line that says this."""
    while (found := heard(running))["said"] != said:
        pass
    return dict(found)


def expected(found: dict[str, Any], flag: str) -> object:
    control, treatment = VALUES[flag]
    return control if found["variant"] == "target_300s" else treatment


def test_the_server_sdk_evaluates_every_type(node: Path, live: Live) -> None:
    flags = [flag for flag in KINDS if flag != "flag_ended"]
    units = [f"C-{number:04}" for number in range(8)]

    found = ask(node, live, *(question(flag, unit) for flag in flags for unit in units))

    assert {each.get("errorCode") for each in found} == {None}
    assert {each["reason"] for each in found} == {"SPLIT"}
    assert {each["variant"] for each in found} == {"target_300s", "take_time"}
    assert all(each["value"] == expected(each, each["flagKey"]) for each in found)


def test_the_server_sdk_gives_the_default_and_says_why(node: Path, live: Live) -> None:
    asked = [
        question("unknown"),
        question("flag_string", None),
        question("flag_string", 12),
    ]

    found = ask(node, live, *asked)

    assert [each["value"] for each in found] == ["default"] * 3
    assert [each["errorCode"] for each in found] == [
        "FLAG_NOT_FOUND",
        "TARGETING_KEY_MISSING",
        "INVALID_CONTEXT",
    ]


def test_the_server_sdk_plays_control_when_it_is_over(node: Path, live: Live) -> None:
    (found,) = ask(node, live, question("flag_ended"))

    assert (found["value"], found["reason"], found.get("errorCode")) == ("short", "DISABLED", None)


def test_the_server_sdk_with_a_wrong_key_gives_the_default(node: Path, live: Live) -> None:
    (found,) = ask(node, live, question("flag_string"), key="eq_0_wrong")

    assert (found["value"], found["errorCode"]) == ("default", "GENERAL")


def test_the_web_sdk_fetches_all_and_again_when_something_changed(node: Path, live: Live) -> None:
    given = {"address": live.address, "key": live.key, "targetingKey": "0012"}
    before = {flag: live.rows(flag) for flag in KINDS}

    with script(node, "web_sdk.mjs", given) as running:
        ready = until(running, "ready")
        unchanged = until(running, "unchanged")
        live.move("flag_string", "pause")
        paused = until(running, "changed")
        live.move("flag_string", "resume")
        resumed = until(running, "changed")

    flags = {flag: ready["flags"][flag] for flag in KINDS}
    assert {flag: each["value"] for flag, each in flags.items()} == {
        flag: expected(each, flag) for flag, each in flags.items()
    }
    assert ready["flags"]["unknown"]["errorCode"] == "FLAG_NOT_FOUND"
    assert unchanged["statuses"] == [200, 304]
    assert paused["flags"]["flag_string"]["reason"] == "DISABLED"
    assert paused["flags"]["flag_string"]["value"] == "short"
    assert resumed["flags"]["flag_string"] == ready["flags"]["flag_string"]
    assert {flag: live.rows(flag) for flag in KINDS} == before


def test_the_web_sdk_with_a_wrong_key_fails_at_once(node: Path, live: Live) -> None:
    given = {"address": live.address, "key": "eq_0_wrong", "targetingKey": "0012"}

    with script(node, "web_sdk.mjs", given) as running:
        found = heard(running)

    assert found["said"] == "failed"


def test_the_web_sdk_keeps_its_flags_while_the_server_restarts(node: Path, live: Live) -> None:
    given = {"address": live.address, "key": live.key, "targetingKey": "0013"}

    with script(node, "web_sdk.mjs", given) as running:
        ready = until(running, "ready")
        until(running, "unchanged")
        live.stop()
        live.start()
        live.move("flag_boolean", "pause")
        changed = until(running, "changed")
        live.move("flag_boolean", "resume")

    assert changed["flags"]["flag_string"] == ready["flags"]["flag_string"]
    assert changed["flags"]["flag_boolean"]["reason"] == "DISABLED"
