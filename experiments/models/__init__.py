"""The rows of experiments: what is tested, who was assigned what, who changed it, who may ask.

Invariants are database constraints. Nothing writes these but `definitions`, `exposures`, `access`.
"""

from experiments.models.changes import Change, Revision
from experiments.models.experiments import (
    BUCKETS,
    STATUSES,
    Experiment,
    ForcedAssignment,
    Layer,
    PastVersion,
    Variant,
)
from experiments.models.exposures import Exposure
from experiments.models.keys import ApiKey
from experiments.models.never_treated import NeverTreated, NeverTreatSalt

__all__ = [
    "BUCKETS",
    "STATUSES",
    "ApiKey",
    "Change",
    "Experiment",
    "Exposure",
    "ForcedAssignment",
    "Layer",
    "NeverTreatSalt",
    "NeverTreated",
    "PastVersion",
    "Revision",
    "Variant",
]
