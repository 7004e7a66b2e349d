"""Clusters drawn to different saturations: direct effects within them, spill-over between them."""

from functools import cache

import numpy as np

from impact.analysis.document import document
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from impact.reports.blocks import Table
from impact.reports.document import report_document
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known

PLAN = plan_of(
    "- {key: m, role: primary, kind: mean, source: observations.y, cluster: queue}",
    head="saturation: share",
)
DIRECT, SPILLOVER = 2.0, 1.5


def rows_by_share(*shares: int) -> tuple[list[Row], list[Row]]:
    """Make 12 queues of 10 units per share; control units gain by the share of treated ones."""
    rng = np.random.default_rng(2)
    assigned: list[Row] = []
    observed: list[Row] = []
    for share in shares:
        for queue in range(12):
            level = rng.normal(0, 0.5)
            for place in range(10):
                treated = place < share // 10
                unit = f"{share}-{queue}-{place}"
                value = level + SPILLOVER * share / 100 + DIRECT * treated + rng.normal(0, 0.5)
                assigned.append(
                    {
                        "unit_id": unit,
                        "variant": "ab"[treated],
                        "assigned_at": "2026-03-01T10:00",
                        "queue": f"q{share}-{queue}",
                        "share": str(share),
                    }
                )
                observed.append({"unit_id": unit, "metric": "y", "value": round(value, 4)})
    return assigned, observed


@cache
def estimates(*shares: int) -> tuple[Estimate, ...]:
    assigned, observed = rows_by_share(*shares)
    counted = compute(PLAN, assigned, observations=observed)
    return evaluate(PLAN, load(dump(counted)), as_of=AS_OF).estimates


def found(rows: tuple[Estimate, ...], quantity: str) -> dict[str, Estimate]:
    return {row.segment: row for row in rows if row.quantity == quantity}


def test_direct_effects_are_within_a_saturation() -> None:
    direct = found(estimates(0, 30, 60), "direct_effect")

    assert set(direct) == {"share=30", "share=60"}
    for row in direct.values():
        assert known(row.ci_low) < DIRECT < known(row.ci_high)
        assert (row.variant, row.baseline, row.method) == ("b", "a", "cr2")
        assert "12 clusters" in row.note


def test_spill_over_is_on_control_units_against_clusters_with_nobody_treated() -> None:
    spillover = found(estimates(0, 30, 60), "spillover_effect")

    assert set(spillover) == {"share=30", "share=60"}
    for share, row in ((0.3, spillover["share=30"]), (0.6, spillover["share=60"])):
        assert known(row.ci_low) < SPILLOVER * share < known(row.ci_high)
        assert (row.variant, row.baseline) == ("a", "a")
        assert "24 clusters" in row.note
    assert spillover["share=60"].n_variant == 12 * 4


def test_without_a_cluster_of_none_treated_there_is_no_spill_over_to_see() -> None:
    rows = estimates(30, 60)

    assert {row.value for row in found(rows, "spillover_effect").values()} == {None}
    assert "nobody is without spill-over" in found(rows, "spillover_effect")["share=30"].note


def test_the_report_shows_them_beside_the_answer() -> None:
    assigned, observed = rows_by_share(0, 50)
    counted = compute(PLAN, assigned, observations=observed)
    analysis = evaluate(PLAN, counted, as_of=AS_OF)
    written = document(
        PLAN, counted, analysis, as_of=AS_OF, plan_sha256="a", data_sha256="b", version="1"
    )

    sections = {part.key: part for part in report_document(written, PLAN).sections}

    (table,) = [block for block in sections["designs"].blocks if isinstance(block, Table)]
    asked = [(row[1].text, row[1].detail) for row in table.rows]
    assert asked == [
        ("Direct effect", "share: 50, by cluster (CR2)"),
        ("Spill-over on control", "share: 50, by cluster (CR2)"),
    ]


def split_check(*shares: int, moved: int = 0) -> Check:
    """Return the check of the split; `moved` units of each queue are reported as treated."""
    assigned, observed = rows_by_share(*shares)
    for place, row in enumerate(assigned):
        if place % 10 >= 10 - moved:
            assigned[place] = {**row, "variant": "b"}
    counted = compute(PLAN, assigned, observations=observed)
    checks = evaluate(PLAN, load(dump(counted)), as_of=AS_OF).checks
    return next(check for check in checks if check.name == "sample_ratio")


def test_the_split_is_held_to_the_share_that_each_cluster_drew() -> None:
    drawn = split_check(20, 30)

    assert drawn.status == CheckStatus.PASS
    assert drawn.df == 2
    assert drawn.statistic == 0
    assert "a got 180 (75.00%, planned 75.00%)" in drawn.message


def test_units_that_were_moved_within_their_clusters_are_found() -> None:
    assert split_check(20, 30, 60, moved=2).status == CheckStatus.FAIL


def test_clusters_where_nobody_could_be_moved_say_nothing() -> None:
    assert split_check(0, 100).status == CheckStatus.WARN
