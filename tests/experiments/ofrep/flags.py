"""The flag of the running experiment: who asks for it, and what the log says then."""

from django.utils import timezone

from experiments import exposures
from experiments.exposures import ExposureRow

KEY = "longer_calls"


def rows() -> list[ExposureRow]:
    return list(exposures.log(KEY, until=timezone.now()))


def context(**attributes: object) -> dict[str, object]:
    return {"context": {"targetingKey": "0012", **attributes}}
