"""What was known at `as_of`: the latest visible version of every row, and nothing later.

`as_of` cuts twice. A row recorded after it is unseen, and so is what happened after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import ibis
from ibis.expr.types import Table, TimestampValue, Value

from impact.join.columns import hashed, instant, literal_instant
from impact.join.inputs import Inputs

RECEIVED = ("received_at", "batch_id", "row_number")


def visible(inputs: Inputs, as_of: datetime) -> Inputs:
    """Return the inputs as they looked at `as_of`: one row per id, reversed churn gone."""
    moment = literal_instant(as_of)
    seen = {
        name: cut(table, moment)
        for name, cut in CUTS.items()
        if (table := getattr(inputs, name)) is not None
    }
    return replace(inputs, **seen)


def _assignments(table: Table, as_of: TimestampValue) -> Table:
    exposed_at = instant(table, "exposed_at")
    return table.filter(table.assigned_at <= as_of).mutate(
        exposed_at=_until(exposed_at, as_of),
    )


def _customers(table: Table, as_of: TimestampValue) -> Table:  # noqa: ARG001  # a row of no time
    return _latest(table, ["customer_id"], [])


def _contacts(table: Table, as_of: TimestampValue) -> Table:
    latest = _latest(_recorded(table, "updated_at", as_of), ["contact_id"], ["updated_at"])
    return latest.filter(latest.arrived_at <= as_of)


def _churn(table: Table, as_of: TimestampValue) -> Table:
    """A churn is named by customer and time; of two rows received together the reversal counts."""
    known = _recorded(table, "recorded_at", as_of)
    known = known.mutate(reversed_at=_until(instant(known, "reversed_at"), as_of))
    latest = _latest(known, ["customer_id", "churned_at"], ["recorded_at"], ["reversed_at"])
    return latest.filter(latest.churned_at <= as_of, latest.reversed_at.isnull())


def _revenue(table: Table, as_of: TimestampValue) -> Table:
    latest = _latest(_recorded(table, "recorded_at", as_of), ["transaction_id"], ["recorded_at"])
    return latest.filter(latest.occurred_at <= as_of)


def _surveys(table: Table, as_of: TimestampValue) -> Table:
    """An answer that came after `as_of` is unseen, that the survey was sent is not."""
    latest = _latest(_recorded(table, "recorded_at", as_of), ["survey_id"], ["recorded_at"])
    sent = latest.filter(latest.sent_at <= as_of)
    answered_at = instant(sent, "answered_at")
    answered = answered_at.isnull() | (answered_at <= as_of)
    scores = {
        name: ibis.ifelse(answered, sent[name], None)
        for name in ("csat", "nps", "ces")
        if name in sent.columns
    }
    return sent.mutate(**scores, answered_at=_until(answered_at, as_of))


def _observations(table: Table, as_of: TimestampValue) -> Table:
    known = _recorded(table, "recorded_at", as_of).mutate(
        observed_at=instant(table, "observed_at"),
    )
    latest = _latest(known, ["unit_id", "metric", "observed_at"], ["recorded_at"])
    return latest.filter(latest.observed_at.isnull() | (latest.observed_at <= as_of))


CUTS: Mapping[str, Callable[[Table, TimestampValue], Table]] = MappingProxyType(
    {
        "assignments": _assignments,
        "customers": _customers,
        "contacts": _contacts,
        "churn": _churn,
        "revenue": _revenue,
        "surveys": _surveys,
        "observations": _observations,
    }
)


def is_unique(table: Table, keys: list[str]) -> bool:
    """Is there one row at most per value of the keys? Asked of the engine.

    Hashes are counted, which take less room than keys. Should two keys ever share one, the answer
    is a no that costs an ordering and changes nothing.
    """
    key = table[keys[0]] if len(keys) == 1 else ibis.struct({name: table[name] for name in keys})
    hashes = table.select(hash_=hashed(key)).distinct()  # on all threads, as a count is not
    return bool(hashes.count().to_pyarrow() == table.count().to_pyarrow())


def _recorded(table: Table, name: str, as_of: TimestampValue) -> Table:
    recorded_at = instant(table, name)
    return table.filter(recorded_at.isnull() | (recorded_at <= as_of))


def _until(moment: TimestampValue, as_of: TimestampValue) -> Value:
    return ibis.ifelse(moment <= as_of, moment, None)


def _latest(
    table: Table, keys: list[str], recorded: list[str], tie_break: Sequence[str] = ()
) -> Table:
    """Return one row per id: the one recorded, then received, then written last.

    Ids are counted first: most tables repeat none, and then nothing has to be put in order.
    """
    if is_unique(table, keys):
        return table
    names = (*recorded, *RECEIVED[:1], *tie_break, *RECEIVED[1:])
    order = [ibis.desc(table[name]) for name in names if name in table.columns]
    window = ibis.window(group_by=keys, order_by=order)
    numbered = table.mutate(version_=ibis.row_number().over(window))
    return numbered.filter(numbered.version_ == 0).drop("version_")
