"""Statuses of an experiment and the allowed moves between them, as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from experiments.errors import MoveNotAllowed


class Status(StrEnum):
    """Where an experiment stands."""

    DRAFT = "draft"
    REVIEW = "review"
    RUNNING = "running"
    PAUSED = "paused"
    CONCLUDED = "concluded"
    ARCHIVED = "archived"


class Move(StrEnum):
    """What a person can do to it."""

    SUBMIT = "submit"
    REVISE = "revise"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CONCLUDE = "conclude"
    ARCHIVE = "archive"


MOVES: Mapping[Move, Mapping[Status, Status]] = MappingProxyType(
    {
        Move.SUBMIT: {Status.DRAFT: Status.REVIEW},
        Move.REVISE: {Status.REVIEW: Status.DRAFT},
        Move.START: {Status.REVIEW: Status.RUNNING},
        Move.PAUSE: {Status.RUNNING: Status.PAUSED},
        Move.RESUME: {Status.PAUSED: Status.RUNNING},
        Move.CONCLUDE: {Status.RUNNING: Status.CONCLUDED, Status.PAUSED: Status.CONCLUDED},
        Move.ARCHIVE: {
            Status.DRAFT: Status.ARCHIVED,
            Status.REVIEW: Status.ARCHIVED,
            Status.CONCLUDED: Status.ARCHIVED,
        },
    }
)

EDITABLE = frozenset({Status.DRAFT})
SERVING = frozenset({Status.RUNNING, Status.PAUSED})


def after(status: Status, move: Move) -> Status:
    """Return the status that `move` leads to.

    Raises:
        MoveNotAllowed: the table has no such move from `status`.

    >>> after(Status.RUNNING, Move.PAUSE).value
    'paused'
    """
    try:
        return MOVES[move][status]
    except KeyError:
        allowed = ", ".join(moves_from(status)) or "none"
        message = f"cannot {move} an experiment that is {status}: allowed from here: {allowed}"
        raise MoveNotAllowed(message) from None


def moves_from(status: Status) -> tuple[Move, ...]:
    """Return the moves that `status` allows, in the order of the table.

    >>> [move.value for move in moves_from(Status.PAUSED)]
    ['resume', 'conclude']
    """
    return tuple(move for move, table in MOVES.items() if status in table)
