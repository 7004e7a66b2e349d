"""Bodies as they come: checked for size before a byte is read, parsed by nobody here."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from impact.ingest.inbox import check_size

BODY = "body"


class RawJSONParser(BaseParser):
    """Leaves the JSON of a batch as bytes: they are stored as they came, and read by a worker."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        """Return the body under one name."""
        return {BODY: stream.read()}


def check_announced(request: Request, limit: int) -> None:
    """Refuse a body that is announced with more than `limit` bytes.

    Raises:
        BatchTooLarge: naming the limit.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    check_size(int(length) if length.isdecimal() else 0, limit)
