"""Every arm in the log recomputed in SQL from the salts alone, for those who trust no program."""

from experiments.audit.auditing import Audit, audit
from experiments.audit.queries import Difference

__all__ = ["Audit", "Difference", "audit"]
