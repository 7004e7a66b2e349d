"""From question to answers: decided in memory, recorded before they are given.

While the database is away or slow, the last configuration decides and the spool keeps the rows.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import Error, connection

from experiments import registry, spool
from experiments.answers.answer import Answer, AnswerStatus, evaluated, recorded, without_unit
from experiments.answers.database import database
from experiments.answers.question import Question
from experiments.assignment.compiled import CompiledExperiment
from experiments.assignment.decision import Decision, Source
from experiments.exposures import ExposureRow, exposure_row, record
from experiments.snapshot import Snapshot

Value = TypeVar("Value")
Decided = tuple[CompiledExperiment, Decision]
Experiments = Mapping[str, CompiledExperiment]

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
    found = list(_found(question, running.experiments))
    decided = [each for each in found if not isinstance(each, Answer)]
    told = iter(_told(question, decided, now, until))
    return [each if isinstance(each, Answer) else next(told) for each in found]


def unconfigured(question: Question) -> list[Answer]:
    """Return that nothing is known: neither what runs nor who may ask could be read yet."""
    names = question.experiments or ("",)
    return [Answer(status=AnswerStatus.DEGRADED, experiment=name) for name in names]


def latest(snapshot: Snapshot[Value], *, now: datetime, until: float) -> Value | None:
    """Return what the snapshot holds, checked if that can be done by `until`."""
    if not snapshot.is_due(now):
        return snapshot.latest()
    try:
        if connection.in_atomic_block:
            return snapshot.current(now)
        return database.call(partial(snapshot.current, now), until=until)
    except (Error, TimeoutError) as error:
        logger.warning("answering from the last configuration: %s", type(error).__name__)
        return snapshot.latest()


def _found(question: Question, running: Experiments) -> Iterator[Answer | Decided]:
    """Yield what was asked for by name, or all that take this contact."""
    if question.experiments is None:
        taking = (_decided(question, experiment) for experiment in running.values())
        yield from (
            each
            for each in taking
            if not isinstance(each, Answer) and (each[1].eligible or each[1].forced)
        )
        return
    for key in question.experiments:
        if key in running:
            yield _decided(question, running[key])
        else:
            yield Answer(status=AnswerStatus.UNKNOWN_EXPERIMENT, experiment=key)


def _decided(question: Question, experiment: CompiledExperiment) -> Answer | Decided:
    unit_id = question.units.get(experiment.definition.unit)
    if unit_id is None:
        return without_unit(experiment)
    return experiment, experiment.decide(unit_id, question.attributes)


def _told(
    question: Question, decided: Sequence[Decided], now: datetime, until: float
) -> Iterator[Answer]:
    if not question.expose:
        return (evaluated(experiment, decision) for experiment, decision in decided)
    rows = [_row(question, each, now) for each in decided]
    stored, status = _kept(rows, until)
    return (
        recorded(experiment, _served_now(row, decision), decision, status)
        for (experiment, decision), row in zip(decided, stored, strict=True)
    )


def _row(question: Question, decided: Decided, now: datetime) -> ExposureRow:
    experiment, decision = decided
    version = experiment.definition.hash_version
    return exposure_row(decision, question.contact, now=now, hash_version=version)


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
        return rows, AnswerStatus.DEGRADED


def _served_now(row: ExposureRow, decision: Decision) -> ExposureRow:
    """Return the row with what is to be served now.

    The stored row of a contact stands. A unit that names no contact has one row for good, so
    that a pause, a kill or a forced variant must reach it beside that row.
    """
    if row.contact_id is None and decision.source in {Source.PAUSED, Source.FORCED}:
        return row._replace(served_variant=decision.served_variant, source=decision.source.value)
    return row
