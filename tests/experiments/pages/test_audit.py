"""The audit in the browser: what it found, no id of a customer and no salt."""

from django.test import Client

from experiments.models import Exposure
from tests.experiments.audit.test_audit import KEY, fill, one
from tests.experiments.designs import running


def test_the_page_shows_the_answer_and_tells_no_unit_and_no_salt(reviewer: Client) -> None:
    experiment = running()
    fill()
    assert "/experiments/longer_calls/audit/answer" in (
        reviewer.get(f"/experiments/{KEY}/audit").content.decode()
    )

    honest = reviewer.get(f"/experiments/{KEY}/audit/answer").content.decode()
    assert "0 differences" in honest

    row = one(assigned_variant="take_time")
    Exposure.objects.filter(pk=row.pk).update(assigned_variant="target_300s")
    page = reviewer.get(f"/experiments/{KEY}/audit/answer").content.decode()
    assert "1 difference:" in page
    assert row.assignment_id in page
    assert row.unit_id not in page
    assert experiment.salt not in page
