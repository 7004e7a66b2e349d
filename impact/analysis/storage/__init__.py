"""What a run keeps, and what a report is recomputed from: sufficient statistics as bytes."""

from impact.analysis.storage.statistics import dump, load

__all__ = ["dump", "load"]
