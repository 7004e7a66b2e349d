"""What an API key can be allowed to do."""

from enum import StrEnum


class Scope(StrEnum):
    """One door of the HTTP API."""

    ASSIGN = "assign"
    INGEST = "ingest"
    DEFINE = "define"
    READ = "read"


SCOPES = tuple(Scope)
