"""The card of queues and routers."""

from django.test import Client

from experiments.exposures import record
from tests.experiments.designs import NOW, running
from tests.experiments.exposures.test_recording import row


def test_the_card_shows_each_queue_and_router(reviewer: Client) -> None:
    running()
    rows = [
        row(
            f"{number}",
            contact_id=f"c-{number}",
            experiment="longer_calls",
            queue="billing" if number % 4 else "sales",
            router="north",
            assignment_id=f"a-{number}",
            assigned_variant="take_time" if number % 2 else "target_300s",
            served_variant="take_time" if number % 2 else "target_300s",
            exposed_at=NOW if number < 10 else None,
        )
        for number in range(40)
    ]
    record(rows)

    page = reviewer.get("/experiments/longer_calls").content.decode()
    card = reviewer.get("/experiments/longer_calls/places").content.decode()

    assert "/experiments/longer_calls/places" in page
    assert "billing" in card
    assert "north" in card
    assert "66.7%" in card  # of billing's 30 rows, 20 take their time
    assert "25.0%" in card  # of the router's 40 rows, 10 were applied
    assert "By queue</h3>" in card  # a telephone shows no heads of columns
    assert "By router</h3>" in card
    assert 'data-label="take_time"' in card


def test_before_anybody_asked_the_card_says_so(reviewer: Client) -> None:
    running()

    assert "Nobody was asked for yet" in (
        reviewer.get("/experiments/longer_calls/places").content.decode()
    )
