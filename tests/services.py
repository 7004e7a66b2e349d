"""Servers that some tests need: found, or skipped with the reason, or demanded.

Where `EQUIPOISE_REQUIRE_SERVICES` is 1, a server that does not answer is a failure.
"""

import os
import tomllib
from functools import cache
from pathlib import Path

import psycopg
import pytest
from kombu import Connection
from kombu.exceptions import KombuError

POSTGRES_URL = os.environ.get("POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15")
RABBITMQ_URL = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
_PATIENCE_SECONDS = 3
_PROJECT = Path(__file__).resolve().parents[1]
_ENGINE_ONLY = (  # what the engine and pure packages say
    "impact.sufficiency",
    "impact.replay",
    "calibration",
    *(f"impact.management.test_power{which}" for which in ("", "_clusters", "_contracts")),
    *(f"impact.management.test_power_{which}" for which in ("lifetimes", "switchbacks")),
)
_OWN_SERVERS = ("faults.test_database_faults", "faults.test_two_servers")  # whatever is required


def postgres_url() -> str:
    """Return the address of a PostgreSQL server that answers; else skip or fail the test."""
    if trouble := _postgres_trouble():
        _do_without(f"PostgreSQL does not answer at {POSTGRES_URL}: {trouble}")
    return POSTGRES_URL


def redis_url() -> str:
    """Return the address of a Redis server that answers; else skip or fail the test."""
    if trouble := _broker_trouble(REDIS_URL):
        _do_without(f"Redis does not answer: {trouble}")
    return REDIS_URL


def rabbitmq_url() -> str:
    """Return the address of a RabbitMQ server that answers; else skip or fail the test."""
    if trouble := _broker_trouble(RABBITMQ_URL):
        _do_without(f"RabbitMQ does not answer: {trouble}")
    return RABBITMQ_URL


def can_meet_services(item: pytest.Item) -> bool:
    """Tell whether a test could do otherwise on other services.

    What belongs to packages that know no database, nor asks for one, could not. Nor could what
    starts servers of its own.
    """
    if item.get_closest_marker("django_db") or item.get_closest_marker("services"):
        return True
    path = item.path.relative_to(_PROJECT).with_suffix("")
    module = ".".join(path.parts).removeprefix("tests.")
    return not any(module == each or module.startswith(f"{each}.") for each in _alike())


@cache
def _alike() -> tuple[str, ...]:
    contracts = tomllib.loads((_PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (pure,) = (each for each in contracts["contracts"] if each["id"] == "pure")
    return (*pure["source_modules"], *_ENGINE_ONLY, *_OWN_SERVERS)


def _do_without(reason: str) -> None:
    if os.environ.get("EQUIPOISE_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def _postgres_trouble() -> str:
    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=_PATIENCE_SECONDS).close()
    except psycopg.OperationalError as error:
        return str(error).strip()
    return ""


@cache
def _broker_trouble(url: str) -> str:
    try:
        with Connection(url, connect_timeout=_PATIENCE_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, timeout=_PATIENCE_SECONDS)
    except (OSError, KombuError) as error:
        return str(error).strip()
    return ""
