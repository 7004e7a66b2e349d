"""Signatures of a rule set: by every key in force, right for no other body and no other key."""

import hashlib
import hmac

import pytest

from experiments.assignment.signature import read_keys, signature, signed_by
from experiments.errors import InvalidRequest

BODY = b'{"format":1}'
OLD, NEW = "o" * 32, "n" * 43


def test_a_signature_is_the_hmac_of_the_body() -> None:
    expected = hmac.new(OLD.encode(), BODY, hashlib.sha256).hexdigest()

    assert signature(BODY, {"k1": OLD}) == f"k1={expected}"


def test_either_key_is_enough_while_keys_are_changed() -> None:
    given = signature(BODY, {"k2": NEW, "k1": OLD})

    assert signed_by(BODY, given, {"k1": OLD}) == "k1"
    assert signed_by(BODY, given, {"k2": NEW}) == "k2"
    assert signed_by(BODY, given, {"k3": NEW}) is None


@pytest.mark.parametrize(
    "given", ["", "k1", "k1=", "k1=é", "=,=", "k1=0000", f"k2={signature(BODY, {'k1': OLD})[3:]}"]
)
def test_a_wrong_signature_is_nobodys(given: str) -> None:
    assert signed_by(BODY, given, {"k1": OLD, "k2": NEW}) is None


def test_another_body_is_not_signed() -> None:
    assert signed_by(BODY[:-1], signature(BODY, {"k1": OLD}), {"k1": OLD}) is None


def test_keys_are_read_in_their_order() -> None:
    assert list(read_keys(f"k2:{NEW}, k1:{OLD},").items()) == [("k2", NEW), ("k1", OLD)]


@pytest.mark.parametrize("text", ["short:abc", OLD, f"k 1:{OLD}", f":{OLD}", f"a:{OLD},a:{NEW}"])
def test_a_key_that_breaks_a_rule_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_keys(text, field="RULESET_KEYS")

    assert str(refusal.value).startswith("RULESET_KEYS")
    assert OLD not in str(refusal.value)
    assert NEW not in str(refusal.value)
