"""Batches of outcomes on their way into the lake: durable first, then worked off by a worker.

The row of a batch is the work and a message only a wake-up. A batch is read, its rejections are
stored, its rows appended to the lake, and then it is marked as done; each step may be repeated
after a crash without another effect.
"""

from impact.ingest.accepting import Delivery, accept
from impact.ingest.processing import process
from impact.ingest.sweeping import sweep

__all__ = ["Delivery", "accept", "process", "sweep"]
