"""Coverage and weights of an experiment that runs, changed in the browser."""

from dataclasses import replace

import pytest
from django.test import Client

from experiments import definitions
from experiments.definitions import VariantDraft
from experiments.models import Experiment
from tests.experiments.designs import NOW, draft, plan

PAGE = "/experiments/longer_calls"
THIRDS = {"target_300s": 3333, "take_time": 3333, "call_back": 3334}


def running(weights: dict[str, int]) -> None:
    shares = "{" + ", ".join(f"{key}: {weight}" for key, weight in weights.items()) + "}"
    variants = tuple(
        VariantDraft(key=key, weight=weight, is_control=key == "target_300s")
        for key, weight in weights.items()
    )
    source = plan().replace("{target_300s: 5000, take_time: 5000}", shares)
    wanted = replace(draft(), variants=variants, plan_source=source)
    definitions.create(wanted, actor="leader", now=NOW)
    definitions.submit("longer_calls", actor="leader", now=NOW)
    definitions.start("longer_calls", actor="leader", now=NOW)


def answers(page: str, weights: dict[str, int]) -> dict[str, str]:
    """Return what a browser sends when nobody touches the shares."""
    found = {}
    for key in weights:
        field = page.partition(f'name="weight-{key}"')[2]
        found[f"weight-{key}"] = field.partition('value="')[2].partition('"')[0]
    return found


@pytest.mark.parametrize(
    ("weights", "shown"),
    [
        (THIRDS, ["33.33", "33.33", "33.34"]),
        ({"target_300s": 140, "take_time": 9860}, ["1.4", "98.6"]),
    ],
)
def test_weights_that_nobody_changed_are_sent_as_they_are(
    leader: Client, weights: dict[str, int], shown: list[str]
) -> None:
    running(weights)
    given = answers(leader.get(PAGE).content.decode(), weights)

    answer = leader.post(f"{PAGE}/weights", given, follow=True).content.decode()

    assert list(given.values()) == shown
    assert "must be others than now" in answer
    assert Experiment.objects.get().version == 1


def test_shares_that_do_not_add_up_are_told_in_per_cent_and_shown_again(leader: Client) -> None:
    running(THIRDS)
    given = dict(zip((f"weight-{key}" for key in THIRDS), ("33", "33", "33"), strict=True))

    answer = leader.post(f"{PAGE}/weights", given, follow=True).content.decode()

    assert "The shares add up to 99%: they must add up to 100%." in answer
    assert answers(answer, THIRDS) == given
    assert "open><summary>Change the weights" in answer
    assert "open><summary>Change the weights" not in leader.get(PAGE).content.decode()


def test_a_refused_coverage_is_shown_again(leader: Client) -> None:
    running(THIRDS)

    refused = leader.post(f"{PAGE}/coverage", {"percent": "140"}, follow=True).content.decode()
    done = leader.post(f"{PAGE}/coverage", {"percent": "12.5"}, follow=True).content.decode()

    assert 'value="140"' in refused
    assert 'value="12.50"' in done
