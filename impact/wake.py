"""The small door to the workers: a message by task name, which may be lost."""

import logging

from celery import current_app
from kombu import Connection, pools
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)
PATIENCE = 0.5  # seconds for each of connecting, reading and writing
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def wake(name: str, *args: str) -> bool:
    """Tell a worker that there is something to do; return whether the message was sent.

    The database row is the work: without the message a sweep finds it later. So a broker that is
    away costs a warning and about a second, never an error.
    """
    connection = _connection()
    away: tuple[type[BaseException], ...] = (
        OSError,
        KombuError,
        *connection.connection_errors,
        *connection.channel_errors,
    )
    try:
        with pools.producers[connection].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(
                name, args=args, producer=producer, retry=True, retry_policy=ONCE_MORE
            )
    except away as error:
        log.warning("wake.failed task=%s error=%r", name, error)
        return False
    return True


def _connection() -> Connection:
    """Return how to reach the broker with little patience; equal ones share a pool."""
    connection = current_app.connection_for_write(connect_timeout=PATIENCE)
    match connection.transport.driver_type:
        case "redis":
            bounds = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        case "amqp":
            bounds = {"read_timeout": PATIENCE, "write_timeout": PATIENCE}
        case _:
            bounds = {}
    connection.transport_options = {**(connection.transport_options or {}), **bounds}
    return connection
