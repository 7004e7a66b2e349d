"""What the documented script of NICE CXone sends, and what it would read of the answer.

CXone cannot be had outside of its cloud: the script's templates are filled in here by its rules.
"""

import json
import re
from collections.abc import Callable

import httpx
import pytest

from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.processes import PATIENCE, PROJECT

pytestmark = pytest.mark.peers
PIECE = PROJECT / "docs" / "routing" / "cxone"
SNIPPET = (PIECE / "snippet.txt").read_text()
QUEUES = {CONTROL: "q_standard", TREATMENT: "q_long"}


def filled(template: str, values: dict[str, str]) -> str:
    """Return a text of Studio: {name} is a variable, a backslash keeps what follows."""
    text = re.sub(r"(?<!\\)\{(\w+)\}", lambda found: values[found[1]], template)
    return re.sub(r"\\(.)", r"\1", text)


def from_snippet(values: dict[str, str]) -> tuple[dict[str, str], object]:
    (body,) = re.findall(r'^ASSIGN body = \$"(.*)"$', SNIPPET, re.MULTILINE)
    headers = dict(re.findall(r'AddHeader\("([^"]+)", "([^"]+)"\)', SNIPPET))
    return {name: filled(text, values) for name, text in headers.items()}, json.loads(
        filled(body, values)
    )


def from_rest_api(values: dict[str, str]) -> tuple[dict[str, str], object]:
    action = json.loads((PIECE / "rest_api.json").read_text())
    headers = {name: filled(text, values) for name, text in action["headers"].items()}
    text = json.dumps(action["body"])
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return headers, json.loads(text)


@pytest.mark.parametrize(("name", "asked"), [("snippet", from_snippet), ("rest", from_rest_api)])
def test_the_answer_is_what_a_script_can_read(
    live: Live, name: str, asked: Callable[[dict[str, str]], tuple[dict[str, str], object]]
) -> None:
    values = {"ANI": "4990123", "MasterID": f"cxone-{name}"}
    values |= {"xp_key": live.key, "xp_experiment": ROUTED}
    before = live.rows(ROUTED)
    headers, body = asked(values)

    answer = httpx.post(
        f"{live.address}/api/v1/assign", headers=headers, json=body, timeout=PATIENCE
    )

    told = answer.raise_for_status().json()
    assert told["variant"] == live.variant("4990123")
    assert told["policy_queue"] == QUEUES[told["variant"]]
    assert all(isinstance(value, str) for value in told.values())
    assert "\n" not in answer.text
    assert len(answer.content) < 32_000
    assert live.rows(ROUTED) == before + 1


def test_the_script_reads_only_fields_of_the_answer(live: Live) -> None:
    read = set(re.findall(r"\banswer\.(\w+)", SNIPPET))
    body = {"customer_id": "1", "experiments": [ROUTED], "expose": False}

    told = httpx.post(
        f"{live.address}/api/v1/assign",
        headers={"X-API-Key": live.key},
        json=body,
        timeout=PATIENCE,
    ).json()

    assert read <= set(told)


def test_control_is_set_before_the_question_and_time_is_short() -> None:
    before, _, after = SNIPPET.partition("MakeRestRequest")

    assert f'ASSIGN xp_variant = "{CONTROL}"' in before
    assert "proxy.ProxyTimeoutSeconds = 1" in before
    assert "IF proxy.StatusCode = 200" in after
    assert json.loads((PIECE / "rest_api.json").read_text())["timeoutSeconds"] <= 2
