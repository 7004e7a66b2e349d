import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.assignment.units import canonical_id, canonical_telephone
from experiments.errors import InvalidRequest


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("0012", "0012"),
        ("  0012\t", "0012"),
        ("customer  7", "customer  7"),
        ("Mu\u0308ller", "M\u00fcller"),
        ("\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("x" * 256, "x" * 256),
        ("u\u0308" * 256, "\u00fc" * 256),
    ],
)
def test_an_id_is_trimmed_and_composed_and_otherwise_kept(raw: str, canonical: str) -> None:
    assert canonical_id(raw) == canonical


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (12, "must be a string"),
        (None, "must be a string"),
        (True, "must be a string"),
        (["12"], "must be a string"),
        ("", "must not be empty"),
        (" \t\n", "must not be empty"),
        ("a\x00b", "must not hold control characters"),
        ("a\nb", "must not hold control characters"),
        ("a\x7fb", "must not hold control characters"),
        ("a\x9fb", "must not hold control characters"),
        ("a\ud83db", "must not hold control characters"),
        ("x" * 257, "must have at most 256 characters"),
    ],
)
def test_an_unfit_id_is_refused_with_field_value_and_rule(raw: object, rule: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        canonical_id(raw, field="customer_id")

    (violation,) = refusal.value.violations
    assert (violation.field, violation.rule) == ("customer_id", rule)
    assert len(violation.value) <= 80
    violation.value.encode()


@given(st.text())
def test_a_canonical_id_is_its_own_canonical_form(raw: str) -> None:
    try:
        once = canonical_id(raw)
    except InvalidRequest:
        return
    assert canonical_id(once) == once
    once.encode()


@pytest.mark.parametrize(
    ("raw", "calling_code", "canonical"),
    [
        ("+49 30 1234567", "", "+49301234567"),
        ("+49 (0)30 1234567", "", "+49301234567"),
        ("0049-30-1234567", "", "+49301234567"),
        ("030/123.45.67", "49", "+49301234567"),
        ("(030) 1234567", "49", "+49301234567"),
        ("+49301234567", "41", "+49301234567"),
        ("0041 44 668 18 00", "49", "+41446681800"),
    ],
)
def test_telephone_numbers_meet_in_e164(raw: str, calling_code: str, canonical: str) -> None:
    assert canonical_telephone(raw, calling_code=calling_code) == canonical


def test_a_country_without_trunk_prefix_keeps_all_digits() -> None:
    number = canonical_telephone("06 1234 5678", calling_code="39", trunk_prefix="")

    assert number == "+390612345678"


@pytest.mark.parametrize(
    "raw",
    [
        "030 1234567",
        "1234567",
        "+0301234567",
        "+49",
        "+4930123456789012",
        "+49 30 CALL",
        "anonymous",
    ],
)
def test_what_e164_cannot_hold_is_refused(raw: str) -> None:
    with pytest.raises(InvalidRequest, match=r"caller = .*must be a telephone number"):
        canonical_telephone(raw, field="caller")
