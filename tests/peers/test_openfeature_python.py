"""OpenFeature's Python SDK with its OFREP provider, as released, against a live server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.peers.conftest import Live
from tests.peers.flags import VALUES

openfeature = pytest.importorskip(
    "openfeature.contrib.provider.ofrep", reason="not installed: uv sync --group peers"
)

from openfeature import api  # noqa: E402  # skipped where it is missing
from openfeature.evaluation_context import EvaluationContext  # noqa: E402

pytestmark = pytest.mark.peers
SOMEBODY = EvaluationContext(targeting_key="0012", attributes={"tier": "pro", "queue": "billing"})
Connect = Callable[..., Any]


@pytest.fixture
def connect(live: Live) -> Iterator[Connect]:
    """Return what connects a client with a key."""

    def connect(key: str = live.key, header: str = "Authorization") -> Any:  # noqa: ANN401  # it may not be installed
        text = f"Bearer {key}" if header == "Authorization" else key
        provider = openfeature.OFREPProvider(
            live.address, headers_factory=lambda: {header: text}, timeout=10.0
        )
        api.set_provider(provider)
        return api.get_client()

    yield connect
    api.shutdown()


@pytest.mark.parametrize(
    ("flag", "kind", "default"),
    [
        ("flag_string", "string", "default"),
        ("flag_boolean", "boolean", False),
        ("flag_integer", "integer", -1),
        ("flag_number", "float", -1.0),
        ("flag_object", "object", {"seconds": -1}),
    ],
)
def test_each_type_is_evaluated_for_both_variants(
    connect: Connect, flag: str, kind: str, default: object
) -> None:
    ask = getattr(connect(), f"get_{kind}_details")
    units = [EvaluationContext(targeting_key=f"C-{number:04}") for number in range(12)]

    found = [ask(flag, default, unit) for unit in units]

    assert {each.error_code for each in found} == {None}
    assert {each.reason for each in found} == {"SPLIT"}
    assert {each.variant for each in found} == {"target_300s", "take_time"}
    control, treatment = VALUES[flag]
    for each in found:
        expected = control if each.variant == "target_300s" else treatment
        assert each.value == expected
        assert type(each.value) is type(expected)


def test_a_unit_keeps_its_variant_and_is_recorded_once(connect: Connect, live: Live) -> None:
    client = connect(header="X-API-Key")
    before = live.rows("flag_string")
    unit = EvaluationContext(targeting_key="once")

    found = [client.get_string_details("flag_string", "default", unit) for _ in range(3)]

    assert len({(each.variant, each.flag_metadata["assignment_id"]) for each in found}) == 1
    assert live.rows("flag_string") == before + 1


@pytest.mark.parametrize("flag", ["unknown", "a/b", ""])
def test_an_unknown_flag_gives_the_default(connect: Connect, flag: str) -> None:
    found = connect().get_string_details(flag, "default", SOMEBODY)

    assert (found.value, found.error_code) == ("default", "FLAG_NOT_FOUND")


def test_a_missing_targeting_key_gives_the_default(connect: Connect) -> None:
    found = connect().get_string_details("flag_string", "default", EvaluationContext())

    assert (found.value, found.error_code) == ("default", "TARGETING_KEY_MISSING")


def test_a_wrong_credential_gives_the_default(connect: Connect) -> None:
    found = connect("eq_0_wrong").get_string_details("flag_string", "default", SOMEBODY)

    assert (found.value, found.error_code) == ("default", "GENERAL")
    assert found.error_message == "unauthorized"


def test_an_ended_experiment_gives_control_and_no_error(connect: Connect) -> None:
    found = connect().get_string_details("flag_ended", "default", SOMEBODY)

    assert (found.value, found.variant, found.reason) == ("short", "target_300s", "DISABLED")
    assert found.error_code is None


def test_the_wrong_type_gives_the_default(connect: Connect) -> None:
    found = connect().get_integer_details("flag_string", -1, SOMEBODY)

    assert (found.value, found.error_code) == (-1, "TYPE_MISMATCH")


def test_a_restart_of_the_server_costs_defaults_and_no_variant(
    connect: Connect, live: Live
) -> None:
    client = connect()
    before = client.get_string_details("flag_string", "default", SOMEBODY)

    live.stop()
    down = client.get_string_details("flag_string", "default", SOMEBODY)
    live.start()
    after = client.get_string_details("flag_string", "default", SOMEBODY)

    assert (down.value, down.error_code) == ("default", "GENERAL")
    assert who_got_what(before) == who_got_what(after)


def who_got_what(found: Any) -> dict[str, object]:  # noqa: ANN401  # it may not be installed
    """Return the answer without its word on where the exposure was kept: that may change."""
    metadata = {name: value for name, value in found.flag_metadata.items() if name != "status"}
    return {**vars(found), "flag_metadata": metadata}
