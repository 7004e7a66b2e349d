"""The whole demo in its order. It loads engine, statistics and charts, which takes seconds."""

from datetime import datetime
from pathlib import Path

import numpy as np
from django.utils import timezone

from impact.management.demo import analysing, delivering, people, seeding
from impact.management.demo.blueprints import BLUEPRINTS
from impact.management.demo.notes import Notes
from impact.management.demo.progress import Progress


def tell(notes: Notes, folder: Path, progress: Progress, now: datetime) -> None:
    """Seed and analyse the demo of `notes`, or go on where an earlier attempt stopped."""
    with progress.step("Creating roles, sign-ins and an API key"):
        people.ensure_people(notes, now)
    notes.save(folder)
    happening, recording = np.random.default_rng(notes.seed).spawn(2)
    world = seeding.make_world(notes.customers, happening, progress)
    seeding.record_exposures(world, progress)
    with progress.step("Sending and ingesting contacts, churn, revenue and surveys"):
        rows, rejected = delivering.deliver(seeding.parcels(world, recording), now)
    progress.say(f"  {rows:,} rows are in the lake, {rejected} were rejected with their reasons")
    for blueprint in BLUEPRINTS:
        with progress.step(f"{blueprint.key}: joining, estimating, drawing"):
            analysing.report(blueprint, timezone.now())
    notes.finished = True
    notes.save(folder)
