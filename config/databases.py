"""What the connections to a database are opened with."""

from collections.abc import Mapping
from typing import Any

# Three processes write to SQLite: WAL, immediate transactions, full syncs.
FILE: Mapping[str, object] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# A server that is gone without a word is noticed in seconds.
SERVER: Mapping[str, object] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def with_options(database: Mapping[str, Any]) -> dict[str, Any]:
    """Return a database with its options; those of a server may be other in its URL."""
    if database["ENGINE"].endswith("sqlite3"):
        return {**database, "OPTIONS": dict(FILE)}
    return {**database, "OPTIONS": {**SERVER, **database.get("OPTIONS", {})}}
