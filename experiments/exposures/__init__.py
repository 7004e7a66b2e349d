"""The log of exposures: durable before it is answered, one row per contact, never rewritten."""

from experiments.exposures.places import Place, PlaceCount, by_place
from experiments.exposures.reading import LeftOut, VariantCount, counts, left_out, log
from experiments.exposures.recording import record, record_many
from experiments.exposures.reporting import ExposureReport, Match, report_exposed
from experiments.exposures.rows import Contact, ExposureRow, assignment_id, exposure_row
from experiments.exposures.strata import balance_by

__all__ = [
    "Contact",
    "ExposureReport",
    "ExposureRow",
    "LeftOut",
    "Match",
    "Place",
    "PlaceCount",
    "VariantCount",
    "assignment_id",
    "balance_by",
    "by_place",
    "counts",
    "exposure_row",
    "left_out",
    "log",
    "record",
    "record_many",
    "report_exposed",
]
