"""A version whose arms do not vary is compared too: its difference counts, without an error."""

import numpy as np
import pytest

from experiments.plan.document import Kind, Metric, Plan, Role, Source, Table, Unit
from impact.analysis.epochs.averaging import FEW
from impact.analysis.epochs.estimating import by_epoch
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ArmMoments, CheckCounts, Moments, SufficientStatistics
from tests.impact.stats.answers import known

CONTACTS = Source(table=Table.CONTACTS)
Values = list[float]
Arms = dict[tuple[str, int], Values]
SHARES: Arms = {
    ("a", 1): [0.0] * 450,
    ("b", 1): [0.0] * 50,
    ("a", 2): [1.0] * 10 + [0.0] * 40,
    ("b", 2): [1.0] * 270 + [0.0] * 180,
}


def rows_of(kind: Kind, arms: Arms, second: Arms | None = None) -> tuple[Estimate, ...]:
    """Return the rows within versions; `second` has a covariate, or a ratio's denominators."""
    denominator = CONTACTS if kind is Kind.RATIO else None
    names = ("y", "d") if kind is Kind.RATIO else ("y", "x") if second else ("y",)
    metric = Metric(
        key="m", role=Role.PRIMARY, kind=kind, source=CONTACTS, window=30, denominator=denominator
    )
    plan = Plan(
        key="ramp",
        unit=Unit.CUSTOMER,
        control="a",
        weights=(("a", 5000), ("b", 5000)),
        metrics=(metric,),
    )
    columns = {key: [values, *([second[key]] if second else [])] for key, values in arms.items()}
    statistics = SufficientStatistics(
        arms=(),
        checks=CheckCounts(assigned=()),
        epochs={"m": tuple(arm(*key, names, rows) for key, rows in columns.items())},
        splits=tuple((f"version={number}", name, len(of)) for (name, number), of in arms.items()),
    )
    return by_epoch(plan, metric, statistics, (), look=None)


def arm(variant: str, version: int, names: tuple[str, ...], columns: list[Values]) -> ArmMoments:
    rows = np.array(columns).T
    means = rows.mean(axis=0) if rows.size else np.zeros(len(names))
    moments = Moments(
        names=names, n=len(rows), means=means, cross=(rows - means).T @ (rows - means)
    )
    return ArmMoments(variant=variant, segment=f"version={version}", moments=moments)


@pytest.mark.parametrize("kind", [Kind.MEAN, Kind.PROPORTION])
def test_a_version_in_which_nobody_is_resolved_halves_the_effect(kind: Kind) -> None:
    (row,) = rows_of(kind, SHARES)

    within = [np.var(SHARES[name, 2], ddof=1) / len(SHARES[name, 2]) for name in "ab"]
    assert row.value == pytest.approx((0.0 + 0.4) / 2)
    assert row.std_error == pytest.approx(np.sqrt(sum(within)) / 2)
    assert (row.n_variant, row.n_baseline) == (500, 500)
    assert row.note == "averaged over 2 versions, whose splits differ"


def test_constant_arms_that_differ_count_with_their_difference() -> None:
    (row,) = rows_of(Kind.MEAN, SHARES | {("b", 1): [1.0] * 50})

    assert row.value == pytest.approx((1.0 + 0.4) / 2)


def test_a_ratio_without_spread_in_one_version_counts_too() -> None:
    contacts = {key: [1.0 + place % 3 for place in range(len(of))] for key, of in SHARES.items()}
    (row,) = rows_of(Kind.RATIO, SHARES, contacts)

    ratios = {name: sum(SHARES[name, 2]) / sum(contacts[name, 2]) for name in "ab"}
    assert row.value == pytest.approx((ratios["b"] - ratios["a"]) / 2)
    assert (row.n_variant, row.n_baseline) == (500, 500)


@pytest.mark.parametrize("is_constant", [True, False])
def test_an_adjusted_mean_keeps_a_version_that_cannot_be_adjusted(*, is_constant: bool) -> None:
    skill = {
        (name, version): [7.0 if is_constant and version == 2 else place % 7 for place in range(n)]
        for (name, version), n in ((key, len(of)) for key, of in SHARES.items())
    }
    plain, adjusted = rows_of(Kind.MEAN, SHARES, skill)

    assert adjusted.method == "cuped_epochs"
    assert adjusted.value == pytest.approx(known(plain.value), abs=0.02)
    assert (adjusted.value == pytest.approx(known(plain.value))) == is_constant
    assert adjusted.note == "averaged over 2 versions, whose splits differ"


def test_a_version_with_one_unit_of_an_arm_is_left_out_and_out_of_n() -> None:
    (row,) = rows_of(Kind.PROPORTION, SHARES | {("b", 1): [0.0]})

    assert row.value == pytest.approx(0.4)
    assert (row.n_variant, row.n_baseline) == (450, 50)
    assert row.note == (
        "of the one version that compares the arms; splits differ between versions; "
        "451 units of versions left out: fewer than two units in one of the arms"
    )


def test_versions_without_any_spread_have_no_answer() -> None:
    (row,) = rows_of(Kind.MEAN, {key: [float(key[1])] * len(of) for key, of in SHARES.items()})

    assert row.value is None
    assert "zero variance" in row.note


@pytest.mark.parametrize(("treated", "is_rough"), [(10, True), (40, False)])
def test_a_handful_on_one_side_of_an_outcome_is_rough(treated: int, *, is_rough: bool) -> None:
    few = {("b", 1): ([1.0] * 3 + [0.0]) * (treated // 4), ("a", 1): [1.0, 0.0] * 45}

    (row,) = rows_of(Kind.PROPORTION, SHARES | few)

    assert (FEW in row.note) is is_rough
    assert row.ci_low is not None
