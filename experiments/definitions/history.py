"""One change at a time: the revision is taken first, the history row is written with the change."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from experiments import registry
from experiments.errors import EditConflict, ExperimentNotFound
from experiments.models import Change, Experiment, Revision


@contextmanager
def writing() -> Iterator[None]:
    """Hold the one revision row while a change is made; everything is written or nothing.

    Writers queue at that row, so that what one reads no other changes before it is done.
    """
    with transaction.atomic():
        if not _count_up():
            Revision.objects.bulk_create([Revision(pk=1)], ignore_conflicts=True)
            _count_up()
        transaction.on_commit(registry.snapshot.expire)
        yield


def find(key: str) -> Experiment:
    """Return the experiment with its layer and variants.

    Raises:
        ExperimentNotFound: no experiment has that key.
    """
    try:
        return complete().get(key=key)
    except Experiment.DoesNotExist:
        message = f"key = {key}: must be that of an experiment"
        raise ExperimentNotFound(message) from None


def complete() -> QuerySet[Experiment]:
    """Return all experiments, each with its layer and variants."""
    return Experiment.objects.select_related("layer").prefetch_related("variants")


def change(
    experiment: Experiment, action: str, *, actor: str, now: datetime, **fields: object
) -> None:
    """Write `fields` to the experiment and to its history, if nobody changed it since it was read.

    Raises:
        EditConflict: somebody did.
    """
    before = {name: getattr(experiment, name) for name in fields}
    unchanged = Experiment.objects.filter(pk=experiment.pk, edition=experiment.edition)
    if not unchanged.update(**fields, edition=F("edition") + 1, updated_at=now):
        raise conflict(experiment, experiment.edition)
    remember(experiment, action, actor=actor, now=now, before=before, after=fields)


def remember(  # who, what, when, from and to
    experiment: Experiment,
    action: str,
    *,
    actor: str,
    now: datetime,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    """Append who changed what and when; fields that stay as they were are left out."""
    fields = {
        name: [_plain(before.get(name)), _plain(value)]
        for name, value in after.items()
        if before.get(name) != value
    }
    Change.objects.create(experiment=experiment, at=now, actor=actor, action=action, fields=fields)


def conflict(experiment: Experiment, edition: int) -> EditConflict:
    """Return the refusal of a change that was based on another edition."""
    rule = f"must be the present one, {experiment.edition}: somebody else changed it first"
    return EditConflict(f"edition = {edition}: {rule}")


def _count_up() -> int:
    return Revision.objects.filter(pk=1).update(number=F("number") + 1)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
