"""The writing door: every change of an experiment, by page, API, admin or demo, goes through it."""

from experiments.definitions.drafts import Draft, VariantDraft, draft_of
from experiments.definitions.editing import check, create, edit
from experiments.definitions.history import find
from experiments.definitions.layers import create_layer
from experiments.definitions.moving import (
    archive,
    conclude,
    move,
    pause,
    resume,
    revise,
    start,
    submit,
)
from experiments.definitions.serving import force, kill, set_coverage, unforce, unkill

__all__ = [
    "Draft",
    "VariantDraft",
    "archive",
    "check",
    "conclude",
    "create",
    "create_layer",
    "draft_of",
    "edit",
    "find",
    "force",
    "kill",
    "move",
    "pause",
    "resume",
    "revise",
    "set_coverage",
    "start",
    "submit",
    "unforce",
    "unkill",
]
