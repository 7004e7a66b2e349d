"""`POST /ofrep/v1/evaluate/flags/{key}`: one flag, recorded as assigned once per unit."""

from http import HTTPStatus

import msgspec

from experiments.answers.answer import AnswerStatus
from experiments.answers.answering import answer
from experiments.answers.exchange import Reply
from experiments.ofrep.context import ErrorCode
from experiments.ofrep.door import Request, door
from experiments.ofrep.evaluation import Evaluation, ended, evaluation
from experiments.ofrep.responses import Refused, success


@door
def single(request: Request, key: str) -> Reply:
    """Answer what a flag is for this context."""
    return success(msgspec.json.encode(_evaluated(request, key)))


def _evaluated(request: Request, key: str) -> Evaluation:
    running = request.running
    if key in running.concluded:
        return ended(running.concluded[key])
    if key not in running.experiments:
        raise _not_found(key)
    definition = running.experiments[key].definition
    question = request.context.question(key, definition.unit, router=request.holder.name)
    (told,) = answer(question, now=request.now, until=request.until)
    if told.status is AnswerStatus.UNKNOWN_EXPERIMENT:  # it ended while it was asked for
        raise _not_found(key)
    return evaluation(definition, told)


def _not_found(key: str) -> Refused:
    message = f"flag = {key}: no experiment with this key is served"
    return Refused(HTTPStatus.NOT_FOUND, ErrorCode.FLAG_NOT_FOUND, message)
