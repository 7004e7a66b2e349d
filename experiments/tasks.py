"""Background work of experiments: what was kept on disk goes back into the log."""

from celery import shared_task

from experiments import spool


@shared_task(name="experiments.sweep", ignore_result=True)
def sweep() -> None:
    """Replay the spool; while the database is away it is kept and the next sweep tries again."""
    spool.replay()
