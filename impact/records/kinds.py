"""The six kinds of records, their columns and the rules of each column, as data.

The tables of `docs/files.md` are this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class RecordKind(StrEnum):
    """What a row speaks of."""

    CONTACTS = "contacts"
    CHURN = "churn"
    REVENUE = "revenue"
    SURVEYS = "surveys"
    CUSTOMERS = "customers"
    OBSERVATIONS = "observations"


class ColumnType(StrEnum):
    """How a value is read."""

    ID = "id"  # a string, trimmed, Unicode NFC; never a number
    TEXT = "text"
    LABEL = "label"  # text, or a whole number that is kept as its digits
    INSTANT = "instant"  # ISO 8601 with an offset, or a date: midnight in the reader's zone
    SECONDS = "seconds"  # a number from zero to a whole day
    NUMBER = "number"
    BOOLEAN = "boolean"
    AMOUNT = "amount"  # decimal, up to 6 places
    CURRENCY = "currency"  # ISO 4217


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column and its rules.

    `choices` lists the only values allowed; `low` and `high` are inclusive. `may_be_future` holds
    for what is agreed ahead. `not_before` names instants of the row that cannot come after this.
    `negative_kinds` are the values of `kind` with which a row's number may not be above zero.
    """

    name: str
    type: ColumnType
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    may_be_future: bool = False
    not_before: tuple[str, ...] = ()
    negative_kinds: tuple[str, ...] = ()


def _required(name: str, type_: ColumnType) -> Column:
    return Column(name=name, type=type_, required=True)


def _all(type_: ColumnType, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=type_) for name in names)


def _seconds(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=T.SECONDS, low=0, high=DAY_SECONDS) for name in names)


def _instant(name: str, *not_before: str, may_be_future: bool = False) -> Column:
    return Column(name=name, type=T.INSTANT, not_before=not_before, may_be_future=may_be_future)


T = ColumnType
DAY_SECONDS = 86_400  # a call of seventeen hours was seen; one of more than a day is an error
CONTACT_SECONDS = ("wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds")

COLUMNS: Mapping[RecordKind, tuple[Column, ...]] = MappingProxyType(
    {
        RecordKind.CONTACTS: (
            _required("contact_id", T.ID),
            _required("customer_id", T.ID),
            _required("arrived_at", T.INSTANT),
            *_all(T.ID, "interaction_id", "agent_id"),
            *_all(T.TEXT, "channel", "direction", "queue", "reason", "team"),
            _instant("answered_at", "arrived_at"),
            _instant("ended_at", "answered_at", "arrived_at"),
            *_seconds(*CONTACT_SECONDS),
            *_all(T.BOOLEAN, "abandoned", "transferred", "resolved"),
            *_all(T.TEXT, "disposition"),
            *_all(T.INSTANT, "updated_at"),
        ),
        RecordKind.CHURN: (
            _required("customer_id", T.ID),
            _required("churned_at", T.INSTANT),
            Column(name="reason", type=T.TEXT, choices=("voluntary", "involuntary")),
            _instant("recorded_at"),
            _instant("reversed_at", "churned_at"),
        ),
        RecordKind.REVENUE: (
            _required("transaction_id", T.ID),
            _required("customer_id", T.ID),
            _required("occurred_at", T.INSTANT),
            Column(name="amount", type=T.AMOUNT, required=True, negative_kinds=("refund",)),
            _required("currency", T.CURRENCY),
            Column(name="kind", type=T.TEXT, choices=("charge", "refund", "credit", "cost")),
            *_all(T.INSTANT, "recorded_at"),
        ),
        RecordKind.SURVEYS: (
            _required("survey_id", T.ID),
            _required("customer_id", T.ID),
            _required("sent_at", T.INSTANT),
            *_all(T.ID, "contact_id"),
            _instant("answered_at", "sent_at"),
            Column(name="csat", type=T.NUMBER, low=1, high=10),
            Column(name="nps", type=T.NUMBER, low=0, high=10),
            Column(name="ces", type=T.NUMBER, low=1, high=7),
            *_all(T.INSTANT, "recorded_at"),
        ),
        RecordKind.CUSTOMERS: (
            _required("customer_id", T.ID),
            _instant("observed_from"),
            _instant("observed_until", "observed_from", may_be_future=True),
            _instant("at_risk_from"),
            _instant("renewal_at", may_be_future=True),
        ),
        RecordKind.OBSERVATIONS: (
            _required("unit_id", T.ID),
            _required("metric", T.TEXT),
            _required("value", T.NUMBER),
            *_all(T.INSTANT, "observed_at", "recorded_at"),
        ),
    }
)

# The file of `analyze` for an experiment randomised anywhere; the exposure log in the product.
ASSIGNMENT_COLUMNS = (
    _required("unit_id", T.ID),
    _required("variant", T.TEXT),
    _required("assigned_at", T.INSTANT),
    *_all(T.ID, "customer_id"),
    *_all(T.TEXT, "served_variant"),
    *_all(T.INSTANT, "exposed_at"),
    *_all(T.BOOLEAN, "eligible", "forced"),
    *_all(T.LABEL, "version"),
    *_all(T.ID, "cluster_id"),
    *_all(T.LABEL, "stratum"),
    *_all(T.ID, "window_id"),
    *_all(T.BOOLEAN, "received"),
    *_all(T.NUMBER, "dose"),
)
