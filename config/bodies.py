"""Bodies that come in chunks, without a length: as .NET and Node.js send JSON by default.

Django takes a missing length for an empty body.
"""

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
IN_MEMORY = 1024 * 1024
BLOCK = 64 * 1024


def with_length(application: Application) -> Application:
    """Return the application with every body given its length.

    A body is read to its end first, or to one byte more than any address takes.
    """

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_chunked(environ):
            return application(environ, start_response)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            length = _copy(environ["wsgi.input"], body, settings.UPLOAD_MAX_BYTES + 1)
            body.seek(0)
            whole = {**environ, "CONTENT_LENGTH": str(length), "wsgi.input": body}
            return _finished(application(whole, start_response))

    return answer


def _finished(response: Iterable[bytes]) -> list[bytes]:
    """Return the whole answer while its body is there, and tell the application that it is out."""
    try:
        return list(response)
    finally:
        if close := getattr(response, "close", None):
            close()


def _is_chunked(environ: Environ) -> bool:
    """Return whether the body has no length, and a server that tells its end."""
    return (
        not environ.get("CONTENT_LENGTH")
        and "HTTP_TRANSFER_ENCODING" in environ
        and bool(environ.get("wsgi.input_terminated"))
    )


def _copy(source: IO[bytes], target: IO[bytes], at_most: int) -> int:
    length = 0
    while length < at_most and (block := source.read(min(BLOCK, at_most - length))):
        length += target.write(block)
    return length
