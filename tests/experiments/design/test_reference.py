"""Sizes against R's results and printed tables."""

import json
import math
from typing import Any

import pytest

from experiments.design import means, proportions
from experiments.design.clusters import design_effect
from experiments.design.comparisons import diluted_ratio
from experiments.design.demands import Demands
from experiments.design.follow_up import (
    FollowUp,
    customers_needed,
    daily_hazard,
    event_probability,
)
from experiments.design.log_rank import freedman_events, schoenfeld_events
from tests.reference import SHARED, needs_reference

pytestmark = needs_reference


def quantity(name: str) -> tuple[dict[str, Any], float]:
    assert SHARED is not None
    case = json.loads((SHARED / "oracle" / "s9_scalars.json").read_text(encoding="utf-8"))
    entry = case["quantities"][name]
    return entry["value"], entry["rtol"]


def published(name: str) -> dict[str, float]:
    assert SHARED is not None
    entries = json.loads((SHARED / "oracle" / "published.json").read_text(encoding="utf-8"))
    found: dict[str, float] = next(e["published"] for e in entries if e["id"] == name)
    return found


def test_proportions_need_what_r_says() -> None:
    value, rtol = quantity("ss_prop")

    units = proportions.units_needed(
        value["p1"], value["p2"], demands=Demands(power=value["power"])
    )

    assert units / 2 == pytest.approx(value["n"], rel=rtol)


def test_means_need_what_r_says() -> None:
    value, rtol = quantity("ss_mean")

    units = means.units_needed(value["delta"], value["sd"], demands=Demands(power=value["power"]))

    assert units / 2 == pytest.approx(value["n"], rel=rtol)


def test_the_log_rank_test_needs_the_events_that_r_says() -> None:
    value, rtol = quantity("schoenfeld_events")
    demands = Demands(alpha=value["alpha"], power=value["power"])

    events = schoenfeld_events(value["hr"], share=value["alloc"], demands=demands)
    by_freedman = freedman_events(value["hr"], share=value["alloc"], demands=demands)

    assert events == pytest.approx(value["events"], rel=rtol)
    assert by_freedman == pytest.approx(value["events_freedman"], rel=rtol)


def test_accrual_and_loss_give_the_customers_that_r_says() -> None:
    value, rtol = quantity("logrank_n_accrual_loss")
    hazard, ratio = value["lambda0"], value["hr"]
    seen = FollowUp(accrual=value["accrual"], further=value["followup"], loss=value["loss"])

    assert event_probability(hazard, seen) == pytest.approx(value["p_event0"], rel=rtol)
    assert event_probability(hazard * ratio, seen) == pytest.approx(value["p_event1"], rel=rtol)
    assert customers_needed(hazard, ratio, seen) == pytest.approx(value["n_total"], rel=rtol)


def test_adherence_is_a_hazard_ratio_nearer_to_1_in_the_same_formula() -> None:
    value, rtol = quantity("logrank_n_accrual_loss")
    seen = FollowUp(accrual=value["accrual"], further=value["followup"], loss=value["loss"])
    policy = 1 - (1 - value["hr"]) / 0.7

    shown = diluted_ratio(policy, 0.7)

    assert customers_needed(value["lambda0"], shown, seen) == pytest.approx(
        value["n_total"], rel=rtol
    )


def test_the_design_effect_is_that_of_the_reference() -> None:
    value, rtol = quantity("design_effect")

    effect = design_effect(value["m"], value["icc"], variation=value["cv"])

    assert effect == pytest.approx(value["deff"], rel=rtol)


def test_schoenfeld_sizes_are_those_of_the_printed_table() -> None:
    table = published("P8")

    sizes = {ratio: 2 * math.ceil(schoenfeld_events(float(ratio)) / 2) / 0.5 for ratio in table}

    assert sizes == table


def test_a_policy_that_keeps_seven_in_a_hundred_needs_over_a_hundred_thousand_per_arm() -> None:
    quarter = -math.expm1(-90 * daily_hazard(0.009))
    with_policy = -math.expm1(-90 * 0.93 * daily_hazard(0.009))

    per_arm = proportions.units_needed(quarter, with_policy) / 2

    assert quarter == pytest.approx(0.0268, abs=5e-5)
    assert with_policy == pytest.approx(0.0249, abs=5e-5)
    assert per_arm == pytest.approx(114_000, rel=0.02)
