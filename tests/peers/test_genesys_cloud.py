"""The documented data action, filled in by a Velocity engine and asked of a live server."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import jsonschema_rs
import pytest

from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.processes import PATIENCE, PROJECT

pytestmark = pytest.mark.peers
ACTION = json.loads((PROJECT / "docs/routing/genesys-cloud/data_action.json").read_text())
REQUEST, RESPONSE = ACTION["config"]["request"], ACTION["config"]["response"]
QUESTION = jsonschema_rs.Draft4Validator(ACTION["contract"]["input"]["inputSchema"])
ANSWER = jsonschema_rs.Draft4Validator(ACTION["contract"]["output"]["successSchema"])
Fill = Callable[..., list[str]]


@pytest.fixture(scope="module")
def fill(node: Path) -> Fill:
    """Return what fills templates with what they see."""
    script = node / "genesys_action.cjs"
    script.write_text(Path(__file__).with_name(script.name).read_text())

    def filled(*templates: str, **seen: object) -> list[str]:
        given = json.dumps({"templates": templates, "seen": seen})
        made = subprocess.run(  # noqa: S603  # our own script
            ["node", str(script), given],  # noqa: S607
            stdout=subprocess.PIPE,
            timeout=PATIENCE,
            check=True,
        )
        return list(json.loads(made.stdout))

    return filled


def execute(fill: Fill, live: Live, given: Mapping[str, str]) -> dict[str, str]:
    """Do what Genesys Cloud does with an action, step by step."""
    assert QUESTION.is_valid(dict(given))
    seen = {"input": given, "credentials": {"url": live.address, "key": live.key}}
    templates = [REQUEST["requestUrlTemplate"], REQUEST["requestTemplate"]]
    address, body, *headers = fill(*templates, *REQUEST["headers"].values(), **seen)
    answer = httpx.request(
        REQUEST["requestType"],
        address,
        content=body,
        headers=dict(zip(REQUEST["headers"], headers, strict=True)),
        timeout=ACTION["config"]["timeoutSeconds"] * 30,  # of a busy machine
    )
    return translate(fill, answer.raise_for_status().json())


def translate(fill: Fill, raw: Mapping[str, object]) -> dict[str, str]:
    """Return what a flow sees: a path that is not there has its default."""
    defaults = RESPONSE["translationMapDefaults"]
    values = {
        name: json.dumps(raw[path.removeprefix("$.")])
        if path.removeprefix("$.") in raw
        else defaults[name]
        for name, path in RESPONSE["translationMap"].items()
    }
    (text,) = fill(RESPONSE["successTemplate"], **values)
    found: dict[str, str] = json.loads(text)
    assert ANSWER.is_valid(found)
    return found


def test_conversations_get_the_arm_of_their_customer(fill: Fill, live: Live) -> None:
    callers = [f"tel:+4970{number:05}" for number in range(6)]
    before = live.rows(ROUTED)

    found = [
        execute(
            fill,
            live,
            {"customerId": each, "conversationId": f"g-{each}", "experiment": ROUTED, "queue": "q"},
        )
        for each in callers
    ]

    assert [each["variant"] for each in found] == [live.variant(each) for each in callers]
    assert {each["source"] for each in found} == {"service"}
    queues = {CONTROL: "q_standard", TREATMENT: "q_long"}
    assert [each["policyQueue"] for each in found] == [queues[each["variant"]] for each in found]
    assert all(each["assignmentId"].startswith("a-") for each in found)
    assert live.rows(ROUTED) == before + 6


def test_what_a_caller_puts_into_its_name_stays_within_it(fill: Fill, live: Live) -> None:
    name = 'a", "customer_id": "b\\'

    found = execute(
        fill, live, {"customerId": name, "conversationId": "g-name", "experiment": ROUTED}
    )

    assert found["variant"] == live.variant(name)


def test_fields_that_are_missing_have_their_defaults(fill: Fill) -> None:
    found = translate(fill, {"status": "error", "field": "service"})

    assert found == {
        "status": "error",
        "variant": "",
        "source": "default",
        "enrolled": "false",
        "assignmentId": "",
        "policyQueue": "",
    }


def test_the_time_out_is_the_shortest_that_genesys_cloud_knows() -> None:
    assert ACTION["config"]["timeoutSeconds"] == 1  # of 1 to 60
    assert set(RESPONSE["translationMapDefaults"]) == set(RESPONSE["translationMap"])
