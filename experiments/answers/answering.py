"""From question to answers: decided in memory, recorded before they are given.

While the database is away or slow, the last configuration decides and the spool keeps the rows.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import Error, connection

from experiments import registry, spool
from experiments.answers.answer import Answer, AnswerStatus, evaluated, recorded, without_unit
from experiments.answers.database import database
from experiments.answers.deciding import KEPT_OUT, Decided, by_customer, decided, followed
from experiments.answers.question import Question
from experiments.answers.returning import returner
from experiments.assignment.decision import Decision, Source
from experiments.exposures import ExposureRow, exposure_row, record
from experiments.registry import RunningSet
from experiments.snapshot import Snapshot

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


def answer(question: Question, *, now: datetime, until: float) -> list[Answer]:
    """Return one answer for each experiment asked for, by `until` of the monotonic clock.

    Raises:
        Overloaded: more is asked than can be recorded.
        OSError: neither the database nor the spool could keep the rows.
    """
    running = latest(registry.snapshot, now=now, until=until)
    if running is None:
        return unconfigured(question)
    found = list(_found(question, running, now))
    to_tell = [each for each in found if not isinstance(each, Answer)]
    beside = followed(question, running, now=now)
    told = iter(_told(question, to_tell, beside, now, until))
    return [each if isinstance(each, Answer) else next(told) for each in found]


def unconfigured(question: Question) -> list[Answer]:
    """Return that nothing is known: neither what runs nor who may ask could be read yet."""
    names = question.experiments or ("",)
    return [Answer(status=AnswerStatus.DEGRADED, experiment=name) for name in names]


def latest(snapshot: Snapshot[Value], *, now: datetime, until: float) -> Value | None:
    """Return what the snapshot holds, checked if that can be done by `until`; else as it was."""
    if not snapshot.is_due(now):
        return snapshot.latest()
    with snapshot.turn(now) as to_check:
        return _checked(snapshot, now, until) if to_check else snapshot.latest()


def _checked(snapshot: Snapshot[Value], now: datetime, until: float) -> Value | None:
    try:
        if connection.in_atomic_block:
            return snapshot.current(now)
        return database.call(partial(snapshot.current, now), until=until)
    except (Error, TimeoutError) as error:
        logger.warning("answering from the last configuration: %s", type(error).__name__)
        snapshot.doubt()
        return snapshot.latest()


def _found(question: Question, running: RunningSet, now: datetime) -> Iterator[Answer | Decided]:
    """Yield what was asked for by name, or all that take this contact.

    The holdout has no policy of its own: it is told to those alone who ask for it.
    """
    experiments = running.experiments
    if question.experiments is None:
        others = (each for key, each in experiments.items() if key != running.holdout)
        taking = (decided(question, experiment, now=now) for experiment in others)
        yield from (
            each for each in taking if each and (each.decision.eligible or each.decision.forced)
        )
        return
    for key in question.experiments:
        if key in experiments:
            asked = by_customer(question) if key == running.holdout else question
            yield decided(asked, experiments[key], now=now) or without_unit(experiments[key])
        else:
            yield Answer(status=AnswerStatus.UNKNOWN_EXPERIMENT, experiment=key)


def _told(
    question: Question,
    to_tell: Sequence[Decided],
    beside: Decided | None,
    now: datetime,
    until: float,
) -> Iterator[Answer]:
    if not question.expose:
        status = AnswerStatus.OK if registry.snapshot.is_confirmed else AnswerStatus.DEGRADED
        return (evaluated(each.experiment, each.decision, status) for each in to_tell)
    to_keep = [each for each in to_tell if each.speaks_of_unit]
    rows = [_row(each, now) for each in (*to_keep, *([beside] if beside else []))]
    kept, status = _kept(rows, until)
    stored = iter(kept)
    return (
        recorded(each.experiment, _served_now(next(stored), each.decision), each.decision, status)
        if each.speaks_of_unit
        else evaluated(each.experiment, each.decision, status)
        for each in to_tell
    )


def _row(decided: Decided, now: datetime) -> ExposureRow:
    version = decided.experiment.definition.hash_version
    return exposure_row(decided.decision, decided.contact, now=now, hash_version=version)


def _kept(rows: list[ExposureRow], until: float) -> tuple[list[ExposureRow], AnswerStatus]:
    """Return the rows as they are stored, or as they lie in the spool."""
    if not rows:
        return [], AnswerStatus.OK
    try:
        if connection.in_atomic_block:  # rows of a caller's transaction belong to it
            return record(rows), AnswerStatus.OK
        return database.record(rows, until=until), AnswerStatus.OK
    except (Error, TimeoutError) as error:
        logger.warning("exposures go to the spool: %s", type(error).__name__)
        spool.append(rows)
        returner.wake()
        return rows, AnswerStatus.DEGRADED


def _served_now(row: ExposureRow, decision: Decision) -> ExposureRow:
    """Return the row with what is to be served now.

    The stored row of a contact stands. A unit that names no contact has one row for good, so
    that a pause, a kill or a forced variant must reach it beside that row, and that it is not to
    be treated any more.
    """
    now_said = decision.source in {Source.PAUSED, Source.FORCED} or decision.reason in KEPT_OUT
    if row.contact_id is None and now_said:
        is_in = row.eligible and decision.reason not in KEPT_OUT
        served = decision.served_variant
        return row._replace(served_variant=served, source=decision.source.value, eligible=is_in)
    return row
