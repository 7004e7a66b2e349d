"""A family of metrics: several tests read together, and what is promised of them."""

from dataclasses import dataclass
from enum import StrEnum


class FamilyMethod(StrEnum):
    """How the p-values of a family are adjusted."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Metrics whose p-values are adjusted together.

    By Holm (`method` None) the family is confirmatory: no false claim but with the error rate. By
    Benjamini and Hochberg it explores: of its findings a share is false, and none decides.
    """

    name: str
    metrics: tuple[str, ...]
    method: FamilyMethod | None = None

    @property
    def confirms(self) -> bool:
        """Whether a decision may rest on the family."""
        return self.method is None
