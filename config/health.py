"""Is the process alive, and can it do its work?"""

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def live(_request: HttpRequest) -> JsonResponse:
    """Answer that the process runs."""
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when database and folders can be written, else 503 naming what cannot.

    A process that is not ready still answers routers: this is for alarms, not for taking it away.
    """
    findings = {
        "database": _database(),
        "inbox": _writable(settings.INBOX_DIR),
        "spool": _writable(settings.SPOOL_DIR),
        "kept": _writable(settings.KEPT_DIR),
    }
    is_ready = all(finding == "ok" for finding in findings.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", **findings}, status=200 if is_ready else 503
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"unavailable: {type(error).__name__}"
    return "ok"


def _writable(folder: Path) -> str:
    probe = folder / f".probe-{uuid4().hex}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return f"not writable: {error.strerror}"
    return "ok"
