"""Rows of older versions audited by what the version was: its salt, its weights, its coverage."""

from io import StringIO

import pytest
from django.core.management import call_command

from experiments import definitions
from experiments.audit import audit
from experiments.models import Experiment, Exposure
from tests.experiments.audit.test_audit import KEY, fill
from tests.experiments.designs import NOW, running
from tests.experiments.pages.conftest import signed_in

pytestmark = pytest.mark.django_db
FIRST = [f"a{number}" for number in range(100)]
SECOND = [f"b{number}" for number in range(100)]


def two_versions(*, first: int = 10_000, second: int = 10_000) -> Experiment:
    """Start with one coverage, then go on with other weights, and with another coverage."""
    running(coverage=first)
    fill(FIRST)
    weights = {"target_300s": 2000, "take_time": 8000}
    after = definitions.reweigh(KEY, weights=weights, actor="leader", now=NOW)
    if second != first:
        definitions.set_coverage(KEY, coverage=second, actor="leader", now=NOW)
    fill(SECOND)
    return after


def test_each_version_is_recomputed_by_what_it_was() -> None:
    two_versions(first=1000, second=6000)

    found = audit(KEY)

    assert (found.n_rows, found.n_recomputed, found.n_differences) == (400, 400, 0)
    assert [
        (each.version.number, each.n_rows, each.version.weights) for each in found.versions
    ] == [
        (1, 200, (("target_300s", 5000), ("take_time", 5000))),
        (2, 200, (("target_300s", 2000), ("take_time", 8000))),
    ]
    coverages = [(each.version.narrowest, each.version.widest) for each in found.versions]
    assert coverages == [(1000, 1000), (1000, 6000)]


@pytest.mark.parametrize("version", [1, 2])
def test_a_row_of_any_version_that_was_tampered_with_is_found(version: int) -> None:
    two_versions()
    rows = Exposure.objects.filter(version=version, assigned_variant="take_time").order_by("id")
    row, other = rows[3], rows[4]

    Exposure.objects.filter(pk=row.pk).update(assigned_variant="target_300s")
    Exposure.objects.filter(pk=other.pk).update(version=3 - version)

    assert {(each.assignment_id, each.rule) for each in audit(KEY).differences} >= {
        (row.assignment_id, "assigned_variant"),
        (other.assignment_id, "bucket"),
    }


def test_who_was_let_in_beyond_the_coverage_of_an_older_version_is_found() -> None:
    two_versions(first=1000, second=10_000)
    row = Exposure.objects.filter(version=1, eligible=False).order_by("id")[3]

    Exposure.objects.filter(pk=row.pk).update(eligible=True)

    (found,) = audit(KEY).differences
    assert (found.assignment_id, found.rule, found.recorded) == (
        row.assignment_id,
        "eligible",
        "eligible",
    )


def test_who_was_left_out_though_covered_throughout_is_found() -> None:
    two_versions()
    row = Exposure.objects.filter(version=1, assigned_variant="target_300s").order_by("id")[3]

    Exposure.objects.filter(pk=row.pk).update(eligible=False)

    (found,) = audit(KEY).differences
    assert (found.assignment_id, found.recorded) == (row.assignment_id, "not eligible")


def test_who_is_kept_out_by_what_no_salt_tells_is_counted() -> None:
    running(targeting={"attribute": "tier", "equals": "gold"})
    definitions.never_treat(["a3"], reason="vulnerable", actor="qa", now=NOW)
    fill(FIRST[:10], tier="gold")
    fill(SECOND[:5], tier="basic")

    found = audit(KEY)

    assert (found.n_rows, found.n_recomputed) == (30, 18)
    (told,) = found.reservations
    assert told.startswith("12 rows not eligible by what is in no salt: targeting, the never")


def test_page_and_command_tell_the_versions_and_what_is_left() -> None:
    experiment = two_versions(first=1000, second=6000)
    Exposure.objects.filter(version=2, eligible=True).order_by("id")[0].delete()
    row = Exposure.objects.filter(version=1).order_by("id")[0]
    Exposure.objects.filter(pk=row.pk).update(version=9)
    told = StringIO()

    call_command("audit", KEY, stdout=told)
    reviewer = signed_in("finance_reviewer")
    page = reviewer.get(f"/experiments/{KEY}/audit/answer").content.decode()

    assert "398 of 399 rows recomputed" in told.getvalue()
    assert "Version 2: 199 rows; target_300s 2000, take_time 8000." in told.getvalue()
    left = "1 row of a version that the experiment never had."
    assert f"Not recomputed: {left}" in told.getvalue()
    assert left in page
    assert "target_300s 20%, take_time 80%" in page
    assert "10% to 60%" in page
    assert experiment.salt not in page
    assert experiment.past.get().salt not in page
