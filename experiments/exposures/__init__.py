"""The log of exposures: durable before it is answered, one row per contact, never rewritten."""

from experiments.exposures.reading import LeftOut, VariantCount, counts, left_out, log
from experiments.exposures.recording import record, record_many
from experiments.exposures.reporting import ExposureReport, report_exposed
from experiments.exposures.rows import Contact, ExposureRow, assignment_id, exposure_row

__all__ = [
    "Contact",
    "ExposureReport",
    "ExposureRow",
    "LeftOut",
    "VariantCount",
    "assignment_id",
    "counts",
    "exposure_row",
    "left_out",
    "log",
    "record",
    "record_many",
    "report_exposed",
]
