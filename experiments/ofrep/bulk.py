"""`POST /ofrep/v1/evaluate/flags`: every flag at once; nothing is recorded."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

import msgspec

from experiments.answers.answer import evaluated, without_unit
from experiments.answers.deciding import decided
from experiments.answers.exchange import Reply
from experiments.answers.tags import matches
from experiments.ofrep.context import Context
from experiments.ofrep.door import Request, door
from experiments.ofrep.evaluation import Evaluation, ended, evaluation
from experiments.ofrep.responses import not_modified, success
from experiments.ofrep.streams import event_streams
from experiments.registry import RunningSet


@door
def bulk(request: Request, _key: str) -> Reply:
    """Answer all flags for this context, or 304 when the client has them already."""
    document: dict[str, object] = {
        "flags": list(_flags(request.running, request.context, request.now)),
        "metadata": {"revision": request.running.number},
    }
    if streams := event_streams(request.holder):
        document["eventStreams"] = streams
    body = msgspec.json.encode(document)
    tag = entity_tag(body, request.context)
    if matches(request.if_none_match, tag):
        return not_modified(ETag=tag)
    return success(body, ETag=tag)


def entity_tag(body: bytes, context: Context) -> str:
    """Return the quoted tag of an answer: another context or another configuration, another tag."""
    asked = msgspec.json.encode(context, order="sorted")
    return f'"{sha256(asked + body).hexdigest()[:32]}"'


def _flags(running: RunningSet, context: Context, now: datetime) -> Iterator[Evaluation]:
    for key, experiment in running.experiments.items():
        unit = experiment.definition.unit
        found = decided(context.question(key, unit), experiment, now=now)
        told = evaluated(experiment, found.decision) if found else without_unit(experiment)
        yield evaluation(experiment.definition, told)
    for definition in running.concluded.values():
        yield ended(definition)
