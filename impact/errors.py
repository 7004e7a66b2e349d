"""What can go wrong in impact.

ImpactError
├── InvalidBatch         the batch as a whole cannot be read
│   └── BatchTooLarge    it has more bytes than are taken at once
├── KeyReused            an idempotency key came with other content before
├── UnknownCurrency      amounts without a dated exchange rate
├── InputMissing         the plan needs a table or column that was not given
├── BatchNotFound        no batch has that id
├── RunNotFound          no run has that id
└── StaleLease           the job was taken over by another worker
"""


class ImpactError(Exception):
    """Any refusal of this application."""


WHOLE_FILE = frozenset({"file", "body"})  # the fields of a refusal of all that was sent


class InvalidBatch(ImpactError):
    """The batch as a whole cannot be read: field, value and rule are named."""

    def __init__(self, *, field: str, value: str, rule: str) -> None:
        self.field, self.value, self.rule = field, value, rule
        super().__init__(f"{field} = {value}: {rule}")

    def of(self, name: str) -> "InvalidBatch":
        """Return the refusal with the name of the file, where the file as a whole is refused.

        >>> print(InvalidBatch(field="body", value="[", rule="must be JSON").of("march.json"))
        file = march.json: must be JSON
        >>> print(InvalidBatch(field="header", value="a", rule="is named twice").of("march.csv"))
        header = a: is named twice
        """
        if not name or self.field not in WHOLE_FILE:
            return self
        return InvalidBatch(field="file", value=name, rule=self.rule)


class BatchTooLarge(InvalidBatch):
    """The batch has more bytes than are taken at once."""


class KeyReused(ImpactError):
    """The idempotency key came with other content before: one key, one batch."""


class UnknownCurrency(ImpactError):
    """Amounts in a currency for which the plan has no dated exchange rate."""


class InputMissing(ImpactError):
    """The plan needs a table or a column that was not given."""


class BatchNotFound(ImpactError):
    """No batch has that id."""


class RunNotFound(ImpactError):
    """No run has that id."""


class StaleLease(ImpactError):
    """The job was taken over by another worker; what this one did is dropped."""
