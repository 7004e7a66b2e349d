"""Answers in memory: those of the service to the digit, and one for everything that is asked."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.assignment.compiled import compile_experiment
from experiments.assignment.program import NeverTreat, Program, digest
from experiments.assignment.saturation import Level, Saturation
from experiments.assignment.schedule import Schedule
from experiments.client import Client, Options
from tests.experiments.client.conftest import Connect, until
from tests.experiments.client.peer import API_KEY, KEYS, Peer, definition, published

SALT = "Nt8-fJ2_nD5sZ0yC"
TIER = {"attribute": "tier", "equals": "pro"}


def ready(connect: Connect, **options: Any) -> Client:  # noqa: ANN401  # as the client takes them
    client = connect(**options)
    assert client.wait(20)
    return client


def test_the_answer_is_that_of_the_core(connect: Connect) -> None:
    client = ready(connect)
    compiled = compile_experiment(definition())

    for number in range(200):
        found = client.assign("take_time", customer_id=f"C-{number:04}")
        decision = compiled.decide(f"C-{number:04}")
        assert (found.variant, found.bucket, found.enrolled, found.version, found.reason) == (
            decision.served_variant,
            decision.bucket,
            decision.eligible,
            decision.version,
            decision.reason.value,
        )
        assert found.source == "client"
        assert found.policy["seconds"] == {"fast": 300, "patient": 540}[found.variant]
        assert found.policy_fields == {"policy_seconds": str(found.policy["seconds"])}


def test_customers_whom_the_program_keeps_out_get_control(connect: Connect, peer: Peer) -> None:
    listed = NeverTreat(salt=SALT, digests=(digest(SALT, "0012"),))
    program = Program(never_treat=listed)
    peer.body = published(definition(unit="agent", program=program))
    client = ready(connect)

    kept_out = client.assign("take_time", agent_id="0012", customer_id=" 0012 ")
    other = client.assign("take_time", agent_id="0012", customer_id="0013")

    assert (kept_out.variant, kept_out.enrolled, kept_out.reason) == ("fast", False, "never_treat")
    assert (other.variant, other.enrolled, other.bucket) == ("patient", True, 8539)


def test_ids_are_brought_to_their_one_form(connect: Connect) -> None:
    client = ready(connect)

    assert client.assign("take_time", customer_id=" 0012 ").bucket == 8539
    assert client.assign("take_time", customer_id="12").bucket == 555


@pytest.mark.parametrize("unit", ["customer", "contact", "agent", "team", "queue"])
def test_the_unit_of_the_design_is_found_under_its_name(
    connect: Connect, peer: Peer, unit: str
) -> None:
    peer.body = published(definition(unit=unit))
    client = ready(connect)
    name = unit if unit in {"team", "queue"} else f"{unit}_id"
    ids: dict[str, Any] = {name: "0012"}

    assert client.assign("take_time", **ids).bucket == 8539
    without = client.assign("take_time", attributes={"tier": "pro"})
    assert (without.variant, without.source, without.reason) == ("fast", "default", "missing_unit")


def test_targeting_sees_attributes_and_who_is_to_handle_the_contact(
    connect: Connect, peer: Peer
) -> None:
    queue = {"attribute": "queue", "equals": "billing"}
    peer.body = published(definition(targeting={"all": [TIER, queue]}))
    client = ready(connect)

    found = client.assign(
        "take_time", customer_id="1", queue=" billing ", attributes={"tier": "pro"}
    )
    elsewhere = client.assign("take_time", customer_id="1", attributes={"tier": "pro"})

    assert (found.enrolled, found.reason) == (True, "enrolled")
    assert (elsewhere.enrolled, elsewhere.reason, elsewhere.variant) == (
        False,
        "not_targeted",
        "fast",
    )


SCHEDULE = Schedule(starts_on=date(2026, 1, 5), weeks=4, timezone="Europe/Berlin")


def test_a_schedule_goes_by_the_arrival(connect: Connect, peer: Peer) -> None:
    peer.body = published(definition(unit="time_slot", schedule=SCHEDULE))
    client = ready(connect)
    compiled = compile_experiment(definition(unit="time_slot", schedule=SCHEDULE))
    arrived_at = datetime(2026, 1, 6, 9, 20, tzinfo=timezone(timedelta(hours=1)))

    found = client.assign("take_time", customer_id="1", contact_id="c-1", arrived_at=arrived_at)
    known = compiled.at(arrived_at)

    assert found.unit_id == known["window_id"]
    assert found.variant == compiled.decide(str(known["window_id"]), known).served_variant
    assert found.enrolled
    assert found.expose()
    until(lambda: peer.rows)
    (row,) = peer.rows
    assert (row["unit_id"], row["customer_id"], row["contact_id"]) == (found.unit_id, "1", "c-1")
    assert row["attributes"] == {**known, "arrived_at": "2026-01-06T08:20:00+00:00"}


def test_a_schedule_goes_by_the_time_of_the_service_where_no_arrival_is_named(
    connect: Connect, peer: Peer
) -> None:
    peer.body = published(definition(unit="time_slot", schedule=SCHEDULE))
    peer.date = datetime(2026, 1, 6, 8, 20, tzinfo=UTC).timestamp()
    client = ready(connect)

    assert client.assign("take_time").unit_id == "2026-01-06T08:00"
    for wrong in (datetime(2026, 1, 6, 8, 20), "2026-01-06T08:20:00Z"):  # noqa: DTZ001  # on purpose
        found = client.assign("take_time", arrived_at=wrong)  # type: ignore[arg-type]  # on purpose
        assert (found.variant, found.reason) == ("fast", "invalid_value")


def test_a_cluster_draws_its_share_first(connect: Connect, peer: Peer) -> None:
    levels = (Level(share=0, weight=5000), Level(share=5000, weight=5000))
    saturated = definition(saturation=Saturation(cluster="queue", levels=levels))
    peer.body = published(saturated)
    client = ready(connect)
    compiled = compile_experiment(saturated)

    for queue in ("billing", "sales", "claims", "returns"):
        for number in range(20):
            unit = f"C-{number}"
            found = client.assign(
                "take_time", customer_id=unit, contact_id=f"{queue}-{number}", queue=f" {queue} "
            )
            decision = compiled.decide(unit, {"queue": queue})
            assert (found.variant, found.bucket) == (decision.served_variant, decision.bucket)
            assert found.expose()
    until(lambda: len(peer.rows) == 80)
    assert {row["attributes"]["saturation"] for row in peer.rows} == {"0", "50"}
    without = client.assign("take_time", customer_id="C-1")
    assert (without.variant, without.source, without.reason) == ("fast", "default", "missing_unit")


def test_the_share_is_told_however_much_else_is_known(connect: Connect, peer: Peer) -> None:
    levels = (Level(share=2500, weight=5000), Level(share=7500, weight=5000))
    peer.body = published(definition(saturation=Saturation(cluster="team", levels=levels)))
    client = ready(connect)
    facts = {f"fact {number}": number for number in range(70)}

    found = client.assign("take_time", customer_id="C-1", team="blue", attributes=facts)
    assert found.record()

    until(lambda: len(peer.rows) == 1)
    told = peer.rows[0]["attributes"]
    assert (len(told), told["team"]) == (64, "blue")
    assert told["saturation"] in {"25", "75"}


def test_the_slot_is_told_however_much_else_is_known(connect: Connect, peer: Peer) -> None:
    peer.body = published(definition(unit="time_slot", schedule=SCHEDULE))
    client = ready(connect)
    facts = {f"fact {number}": number for number in range(70)}
    arrived_at = datetime(2026, 1, 6, 8, 20, tzinfo=UTC)

    found = client.assign("take_time", contact_id="c-1", arrived_at=arrived_at, attributes=facts)
    assert found.record()

    until(lambda: len(peer.rows) == 1)
    told = peer.rows[0]["attributes"]
    known = compile_experiment(definition(unit="time_slot", schedule=SCHEDULE)).at(arrived_at)
    assert len(known) == 3
    assert (len(told), {name: told[name] for name in known}) == (64, known)


def test_pause_and_lists_of_quality_assurance_say_so(connect: Connect, peer: Peer) -> None:
    peer.body = published(
        definition("paused", paused=True), definition("listed", forced={"0012": "fast"})
    )
    client = ready(connect, forced={"listed": {"test-1": "patient"}})

    paused = client.assign("paused", customer_id="0012")
    listed = client.assign("listed", customer_id="0012")
    test = client.assign("listed", customer_id="test-1")

    assert (paused.assigned_variant, paused.variant, paused.source) == ("patient", "fast", "paused")
    assert (listed.assigned_variant, listed.variant, listed.source) == ("patient", "fast", "forced")
    assert (test.variant, test.source) == ("patient", "forced")


def test_what_no_rule_set_speaks_of_gets_the_default(connect: Connect, peer: Peer) -> None:
    peer.body = published(definition(), concluded=[definition("over")])
    client = ready(connect)

    for key, reason in (("unheard", "unknown_experiment"), ("over", "concluded")):
        found = client.assign(key, customer_id="1", default="fast")
        assert (found.variant, found.source, found.enrolled, found.reason) == (
            "fast",
            "default",
            False,
            reason,
        )
        assert not found.expose()
        assert dict(found.policy) == {}


def test_nothing_is_known_before_the_first_rule_set() -> None:
    nowhere = Options(address="http://127.0.0.1:9", api_key=API_KEY, signing_keys=KEYS)
    with Client(nowhere) as client:
        found = client.assign("take_time", customer_id="1", default="fast")

    assert (found.variant, found.source, found.reason) == ("fast", "default", "no_ruleset")
    assert not client.status().is_ready


anything: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.text()),
)


def test_nothing_that_is_asked_raises(connect: Connect, peer: Peer) -> None:
    peer.body = published(definition(targeting=TIER))
    client = ready(connect)

    @given(key=st.just("take_time") | anything, ids=st.lists(anything, min_size=5, max_size=5))
    def ask(key: Any, ids: list[Any]) -> None:  # noqa: ANN401  # on purpose
        names = ("customer_id", "contact_id", "agent_id", "team", "queue")
        found = client.assign(key, **dict(zip(names, ids, strict=True)))
        assert found.variant in {"fast", "patient", ""}
        assert isinstance(found.expose(), bool)

    ask()
    assert client.assign("take_time", customer_id="1", attributes=7).reason == "failure"  # type: ignore[arg-type]  # on purpose
    assert client.status().defects > 0


def test_the_answer_says_when_the_service_was_not_heard_for_long(
    connect: Connect, peer: Peer
) -> None:
    client = ready(connect, stale_after=0.2)
    heard: list[str] = []
    client.listen(heard.append)

    peer.misbehave = lambda handler: handler.connection.close()
    until(lambda: client.assign("take_time", customer_id="0012").source == "stale")
    until(lambda: client.status().is_stale and "stale" in heard)
    assert client.assign("take_time", customer_id="0012").variant == "patient"
    assert not client.status().is_healthy
    peer.misbehave = None

    until(lambda: "fresh" in heard)
    assert client.assign("take_time", customer_id="0012").source == "client"
    assert client.status().is_healthy
