"""What a client is told: refused at the start, by name, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from experiments.client import Options
from experiments.client.options import from_environment
from experiments.errors import InvalidRequest

SOUND: dict[str, Any] = {
    "address": "https://ab.example/equipoise",
    "api_key": "eq_0_router",
    "signing_keys": {"k1": "o" * 32},
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("address", text) for text in ("", "ab.example", "ftp://ab.example", "http://a:99999")),
        *(("api_key", text) for text in ("", " ", "eq\nX-Other: 1")),
        ("signing_keys", {}),
        ("signing_keys", {"k1": "short"}),
        *((name, 0) for name in ("interval", "flush_interval", "longest_pause", "timeout")),
        ("stale_after", -1),
        ("most_waiting", 0),
    ],
)
def test_a_value_that_breaks_its_rule_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidRequest, match=rf"^{field}"):
        Options(**{**SOUND, field: value})


def test_secrets_are_not_shown() -> None:
    shown = repr(Options(**SOUND))

    assert "eq_0_router" not in shown
    assert "ooo" not in shown


def test_options_are_read_from_the_environment() -> None:
    found = from_environment(
        {
            "EQUIPOISE_ADDRESS": SOUND["address"],
            "EQUIPOISE_API_KEY": SOUND["api_key"],
            "EQUIPOISE_SIGNING_KEYS": f"k1:{'o' * 32}",
            "EQUIPOISE_FOLDER": "/var/lib/router",
        }
    )

    assert found == Options(**SOUND, folder=Path("/var/lib/router"))
    assert found.kept == Path("/var/lib/router/ruleset")


def test_an_environment_that_says_nothing_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        from_environment({})

    assert [each.field for each in refusal.value.violations] == [
        "address",
        "api_key",
        "signing_keys",
    ]
