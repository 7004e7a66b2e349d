"""One connection to the service, kept open; every request ends by a deadline, whatever is sent."""

import io
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from experiments.client.options import Options

MOST_BYTES = 64 * 1024 * 1024
LEAST_SECONDS = 0.001


class Unavailable(Exception):
    """No usable answer came; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the service answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Service:
    """Belongs to one thread of one process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._prefix = urlsplit(options.address).path.rstrip("/")
        self._connection: HTTPConnection | None = None

    def get(self, path: str, headers: Mapping[str, str]) -> Reply:
        """Return the answer to a GET. Raises as `post`."""
        return self._ask("GET", path, None, headers, self._options.timeout)

    def post(self, path: str, body: bytes, *, seconds: float) -> Reply:
        """Return the answer to JSON that is posted, within `seconds`.

        Raises:
            Unavailable: nothing came, not in time, or not what HTTP is.
        """
        return self._ask("POST", path, body, {"Content-Type": "application/json"}, seconds)

    def close(self) -> None:
        """Let the connection go; the next request opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Reply:
        until = monotonic() + seconds
        key = {"Authorization": f"Bearer {self._options.api_key}", "User-Agent": "equipoise-client"}
        was_open = self._connection is not None
        try:
            return self._send(method, path, body, {**key, **headers}, until)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            if not was_open or isinstance(error, TimeoutError):
                raise Unavailable(f"{type(error).__name__}: {error}") from error
        try:  # the service had closed a connection that was kept open: that says nothing of it
            return self._send(method, path, body, {**key, **headers}, until)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            raise Unavailable(f"{type(error).__name__}: {error}") from error

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], until: float
    ) -> Reply:
        connection = self._opened(until)
        connection.request(method, f"{self._prefix}{path}", body, dict(headers))
        connection.response_class = _by(until)
        response = connection.getresponse()
        content = response.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise HTTPException(f"more than {MOST_BYTES} bytes")
        if response.length:
            raise HTTPException("the answer was cut short")
        named = {name.lower(): value for name, value in response.getheaders()}
        if response.will_close:
            self.close()
        return Reply(status=response.status, headers=named, body=content)

    def _opened(self, until: float) -> HTTPConnection:
        if self._connection is None:
            self._connection = _connection(self._options)
        self._connection.timeout = _left(until)
        if self._connection.sock is not None:
            self._connection.sock.settimeout(_left(until))
        return self._connection


def _connection(options: Options) -> HTTPConnection:
    address = urlsplit(options.address)
    host = address.hostname or ""
    if address.scheme == "https":
        return HTTPSConnection(host, address.port, context=options.ssl_context)
    return HTTPConnection(host, address.port)


def _by(until: float) -> Any:  # noqa: ANN401  # what http.client calls with a socket
    """Return what makes a response that must be read by `until`."""

    def response(sock: socket.socket, **how: Any) -> HTTPResponse:  # noqa: ANN401  # as above
        made = HTTPResponse(sock, **how)
        made.fp = io.BufferedReader(_Timed(sock, made.fp.detach(), until))
        return made

    return response


class _Timed(io.RawIOBase):
    """Reads a socket until a deadline: one that sends a byte a second does not hold us."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, until: float) -> None:
        self._sock, self._raw, self._until = sock, raw, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  # as its parent has it
        self._sock.settimeout(_left(self._until))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= LEAST_SECONDS:
        raise TimeoutError("not in time")
    return left
