"""API keys: issued once, stored as a digest, stopped within two seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from experiments.access import find_holder, issue_key, key_snapshot, revoke_key
from experiments.errors import InvalidRequest, KeyNotFound
from experiments.models import ApiKey

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_a_key_opens_with_its_secret_and_keeps_only_a_digest() -> None:
    key, secret = issue_key(name="router", scopes=["assign", "read"], now=NOW)

    holder = find_holder(secret, NOW)

    assert holder is not None
    assert holder.scopes == {"assign", "read"}
    assert holder.get_username() == "key:router"
    assert secret not in str(list(ApiKey.objects.values()))
    assert secret.startswith(f"eq_{key.prefix}_")


def test_a_wrong_secret_opens_nothing() -> None:
    issue_key(name="router", scopes=["assign"], now=NOW)

    assert find_holder("eq_0000_wrong", NOW) is None


def test_a_revoked_key_stops_within_two_seconds() -> None:
    key, secret = issue_key(name="router", scopes=["assign"], now=NOW)
    assert find_holder(secret, NOW)

    revoke_key(prefix=key.prefix, now=NOW)

    assert find_holder(secret, NOW + timedelta(seconds=1)) is None


def test_revoking_again_keeps_the_first_time() -> None:
    key, _ = issue_key(name="router", scopes=["assign"], now=NOW)
    revoke_key(prefix=key.prefix, now=NOW)

    again = revoke_key(prefix=key.prefix, now=NOW + timedelta(days=1))

    assert again.revoked_at == NOW


def test_an_unknown_prefix_cannot_be_revoked() -> None:
    with pytest.raises(KeyNotFound, match="prefix = ffff"):
        revoke_key(prefix="ffff", now=NOW)


def test_a_bad_key_is_refused_with_every_violation() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        issue_key(name=" ", scopes=["assign", "everything"], now=NOW)

    assert [violation.field for violation in refusal.value.violations] == ["name", "scopes"]


def test_a_name_is_used_once() -> None:
    issue_key(name="router", scopes=["assign"], now=NOW)

    with pytest.raises(InvalidRequest, match="must not be in use"):
        issue_key(name="router", scopes=["read"], now=NOW)


def test_keys_that_were_read_open_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, secret = issue_key(name="router", scopes=["assign"], now=NOW)
    find_holder(secret, NOW)

    def away(*_args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", away)

    assert find_holder(secret, NOW + timedelta(minutes=5)) is not None


def test_without_any_keys_read_a_database_away_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", away)

    with pytest.raises(OperationalError):
        find_holder("eq_0_0", NOW)
    assert key_snapshot.latest() is None
