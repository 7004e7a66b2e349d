"""Somebody who asks, and a database that is held by another."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from experiments import exposures
from experiments.answers.answer import Answer
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.exposures import Contact, ExposureRow
from experiments.models import Exposure


def ask(
    customer: str = "0012",
    contact: str | None = "c-1",
    *,
    seconds: float = 5.0,
    expose: bool = True,
) -> Answer:
    question = Question(
        contact=Contact(customer_id=customer, contact_id=contact),
        units={"customer": customer},
        experiments=("longer_calls",),
        expose=expose,
    )
    (given,) = answer(question, now=timezone.now(), until=monotonic() + seconds)
    return given


def rows() -> list[ExposureRow]:
    return list(exposures.log("longer_calls", until=timezone.now()))


@contextmanager
def locked_table() -> Iterator[None]:
    """Let another writer hold the log, as a backup or a long transaction would."""
    held, enough = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Exposure.objects.update(queue="held")
            if connection.vendor == "postgresql":
                connection.cursor().execute("LOCK TABLE experiments_exposure")
            held.set()
            enough.wait(10)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    held.wait(10)
    yield
    enough.set()
    thread.join()
