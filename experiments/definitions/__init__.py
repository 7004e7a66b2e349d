"""The writing door: every change of an experiment, by page, API, admin or demo, goes through it."""

from experiments.definitions.drafts import Draft, VariantDraft, draft_of
from experiments.definitions.editing import check, create, edit
from experiments.definitions.history import find
from experiments.definitions.layers import create_layer
from experiments.definitions.locking import looks_not_ahead
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
from experiments.definitions.never_treat import never_treat, treat_again
from experiments.definitions.published import PublishedSlot, published_schedule
from experiments.definitions.reweighing import reweigh
from experiments.definitions.serving import force, kill, set_coverage, unforce, unkill

__all__ = [
    "Draft",
    "PublishedSlot",
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
    "looks_not_ahead",
    "move",
    "never_treat",
    "pause",
    "published_schedule",
    "resume",
    "revise",
    "reweigh",
    "set_coverage",
    "start",
    "submit",
    "treat_again",
    "unforce",
    "unkill",
]
