"""The rule set: everything that is served, as one document, and compiled from it again."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.assignment.compiled import CompiledExperiment, compile_experiment
from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.documents import definition_from, document_of
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition

FORMAT = 1

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Experiments as of revision `number`, by key: those that are decided, those that ended.

    `unreadable` names those that this code cannot decide, each with the reason. `holdout` is the
    key of the one whose control no other may touch; "" where there is none.
    """

    number: int
    experiments: Mapping[str, CompiledExperiment]
    concluded: Mapping[str, ExperimentDefinition]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    holdout: str = ""


def ruleset_document(
    *,
    number: int,
    running: Iterable[ExperimentDefinition],
    concluded: Iterable[ExperimentDefinition],
    holdout: str = "",
) -> dict[str, Any]:
    """Return the rule set as values that JSON has."""
    return {
        "format": FORMAT,
        "number": number,
        "experiments": [document_of(each) for each in running],
        "concluded": [document_of(each) for each in concluded],
        "holdout": holdout,
    }


def read_ruleset(
    document: object, forced: Mapping[str, Mapping[str, str]] | None = None
) -> Ruleset:
    """Return the rule set that a document stands for, compiled.

    `forced` adds units to the lists of quality assurance: experiment -> unit -> variant. An
    experiment that cannot be read, or breaks a rule, is left out and named; the others stand.

    Raises:
        InvalidDefinition: the document as a whole is no rule set of a known format.
    """
    given = _checked(_shared(document, {}))
    unreadable: dict[str, str] = {}
    lists = forced or {}
    running = [
        _with_forced(each, lists.get(each.key, {}))
        for each in _readable(given["experiments"], unreadable)
    ]
    return Ruleset(
        number=given["number"],
        experiments={each.key: compile_experiment(each) for each in running},
        concluded={each.key: each for each in _readable(given["concluded"], unreadable)},
        unreadable=unreadable,
        holdout=str(given.get("holdout", "")),
    )


def _shared(document: object, known: dict[str, str]) -> object:
    """Return the document with every text in it once, however often it stands there.

    A thousand experiments that name the same arms and attributes then share the memory that a
    decision reads, which matters more than what it computes.
    """
    match document:
        case str():
            return known.setdefault(document, document)
        case dict():
            return {known.setdefault(key, key): _shared(document[key], known) for key in document}
        case list():
            return [_shared(each, known) for each in document]
        case _:
            return document


def _checked(document: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    match document:
        case {"format": known} if known != FORMAT:
            raise InvalidDefinition(violation("format", known, f"must be {FORMAT}"))
        case {"format": _, "number": int(), "experiments": [*_], "concluded": [*_], **_others}:
            return {**document}
        case _:
            rule = "must have format, number, experiments and concluded"
            raise InvalidDefinition(violation("ruleset", document, rule))


def _readable(
    documents: Iterable[object], unreadable: dict[str, str]
) -> Iterator[ExperimentDefinition]:
    for document in documents:
        try:
            yield definition_from(document)
        except InvalidDefinition as refusal:
            key = document.get("key") if isinstance(document, dict) else document
            unreadable[str(key)] = str(refusal)


def _with_forced(
    definition: ExperimentDefinition, forced: Mapping[str, str]
) -> ExperimentDefinition:
    """Return the definition with more units on its list; a list that is wrong changes nothing."""
    if not forced:
        return definition
    try:
        return replace(definition, forced={**definition.forced, **forced})
    except InvalidDefinition as refusal:
        logger.warning("units are not forced in %s: %s", definition.key, refusal)
        return definition
