"""What people call experiments and their variants: for lists that show keys of many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from experiments.models import Experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The title of an experiment and those of its variants, by key; some may be empty."""

    title: str
    variants: Mapping[str, str]


def names(keys: Iterable[str]) -> dict[str, Names]:
    """Return the names of the experiments that exist among these, by key, in two queries."""
    found = Experiment.objects.filter(key__in=set(keys)).prefetch_related("variants")
    return {
        experiment.key: Names(
            title=experiment.title,
            variants={variant.key: variant.title for variant in experiment.variants.all()},
        )
        for experiment in found
    }
