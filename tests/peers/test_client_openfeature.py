"""OpenFeature's Python SDK with the client in its own process: as by OFREP, without a request."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.client import Client, Options
from tests.impact.management.serving import wait_for
from tests.peers.conftest import Live
from tests.peers.flags import VALUES

pytest.importorskip("openfeature", reason="not installed: uv sync --group peers")

from openfeature import api  # skipped where it is missing
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent

from experiments.client.openfeature import EquipoiseProvider

pytestmark = pytest.mark.peers
KINDS: list[tuple[str, str, Any]] = [
    ("flag_string", "string", "default"),
    ("flag_boolean", "boolean", False),
    ("flag_integer", "integer", -1),
    ("flag_number", "float", -1.0),
    ("flag_object", "object", {"seconds": -1}),
]
SOMEBODY = EvaluationContext(targeting_key="C-client", attributes={"tier": "pro", "list": [1]})


def connected(live: Live, **changes: Any) -> Client:  # noqa: ANN401  # as the client takes them
    secret = (Path(live.environment["EQUIPOISE_VAR"]) / "ruleset_key").read_text()
    given = {"address": live.address, "api_key": live.key, "signing_keys": {"embedded": secret}}
    return Client(Options(**{**given, **changes}))


@pytest.fixture
def router(live: Live) -> Iterator[OpenFeatureClient]:
    """Return the SDK's client with the provider in its process."""
    api.set_provider_and_wait(EquipoiseProvider(connected(live, stale_after=5)))
    yield api.get_client()
    api.shutdown()


@pytest.mark.parametrize(("flag", "kind", "default"), KINDS)
def test_each_type_is_what_ofrep_answers(
    router: OpenFeatureClient, live: Live, flag: str, kind: str, default: object
) -> None:
    api.set_provider(
        OFREPProvider(live.address, headers_factory=lambda: {"X-API-Key": live.key}, timeout=10.0),
        "remote",
    )
    units = [EvaluationContext(targeting_key=f"in-process-{number}") for number in range(12)]

    here = [getattr(router, f"get_{kind}_details")(flag, default, unit) for unit in units]
    there = [
        getattr(api.get_client("remote"), f"get_{kind}_details")(flag, default, unit)
        for unit in units
    ]

    assert [(each.value, each.variant, each.reason) for each in here] == [
        (each.value, each.variant, each.reason) for each in there
    ]
    assert {each.error_code for each in here} == {None}
    assert {type(each.value) for each in here} == {type(VALUES[flag][0])}
    assert {each.variant for each in here} == {"target_300s", "take_time"}
    assert [each.flag_metadata["bucket"] for each in here] == [
        each.flag_metadata["bucket"] for each in there
    ]


@pytest.mark.parametrize(
    ("flag", "context", "code"),
    [
        ("unknown", SOMEBODY, "FLAG_NOT_FOUND"),
        ("flag_string", EvaluationContext(), "TARGETING_KEY_MISSING"),
        ("flag_string", EvaluationContext(targeting_key="a\x00"), "INVALID_CONTEXT"),
    ],
)
def test_what_cannot_be_answered_gives_the_default(
    router: OpenFeatureClient, flag: str, context: EvaluationContext, code: str
) -> None:
    found = router.get_string_details(flag, "default", context)

    assert (found.value, found.error_code) == ("default", code)


@pytest.mark.parametrize(
    ("flag", "kind", "default"),
    [
        ("flag_string", "integer", -1),
        ("flag_boolean", "integer", -1),
        ("flag_integer", "float", -1.0),
    ],
)
def test_the_wrong_type_gives_the_default(
    router: OpenFeatureClient, flag: str, kind: str, default: object
) -> None:
    found = getattr(router, f"get_{kind}_details")(flag, default, SOMEBODY)

    assert (found.value, found.error_code) == (default, "TYPE_MISMATCH")


def test_an_ended_experiment_gives_control_and_no_error(router: OpenFeatureClient) -> None:
    found = router.get_string_details("flag_ended", "default", SOMEBODY)

    assert (found.value, found.variant, found.reason) == ("short", "target_300s", "DISABLED")
    assert found.error_code is None


def test_an_evaluation_records_once_and_tracking_says_that_it_was_applied(
    router: OpenFeatureClient, live: Live
) -> None:
    before, exposed = live.rows("flag_object"), live.exposed("flag_object")
    unit = EvaluationContext(targeting_key="tracked-in-process")

    for _ in range(3):
        router.get_object_details("flag_object", {}, unit)
    wait_for(lambda: live.rows("flag_object") == before + 1)
    assert live.exposed("flag_object") == exposed
    router.track("flag_object", unit)

    wait_for(lambda: live.exposed("flag_object") == exposed + 1)
    assert live.rows("flag_object") == before + 1


def test_changes_and_silence_are_heard(router: OpenFeatureClient, live: Live) -> None:
    heard: list[str] = []
    for event in ("CONFIGURATION_CHANGED", "STALE", "READY"):
        api.add_handler(ProviderEvent[f"PROVIDER_{event}"], hearing(heard, event))
    heard.clear()

    live.move("flag_string", "pause")
    wait_for(lambda: "CONFIGURATION_CHANGED" in heard)
    assert router.get_string_details("flag_string", "default", SOMEBODY).reason == "DISABLED"
    live.move("flag_string", "resume")
    live.stop()
    try:
        wait_for(lambda: "STALE" in heard)
        assert router.get_integer_details("flag_integer", -1, SOMEBODY).reason == "STALE"
    finally:
        live.start()
    wait_for(lambda: "READY" in heard)


def hearing(heard: list[str], event: str) -> Callable[[object], None]:
    return lambda _: heard.append(event)


def test_a_start_without_the_service_gives_defaults() -> None:
    options = Options(
        address="http://127.0.0.1:9", api_key="eq_0_nobody", signing_keys={"k1": "x" * 32}
    )
    api.set_provider(EquipoiseProvider(Client(options), patience=0.1))

    found = api.get_client().get_string_details("flag_string", "default", SOMEBODY)

    assert (found.value, found.error_code) == ("default", "PROVIDER_NOT_READY")
    api.shutdown()
