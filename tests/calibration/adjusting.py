"""Worlds of amounts that several covariates explain, of whom one in five is treated."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import (
    Covariate,
    CovariateKind,
    Kind,
    Lin,
    Metric,
    Role,
    Source,
    Table,
)
from impact.analysis.adjusted import fits_of
from impact.analysis.sufficient import ArmAdjusted, SufficientStatistics
from impact.stats.estimable import NotEstimable
from impact.stats.means.lin import squared_error
from tests.calibration.worlds import ARMS, Looks, World, counted, moments, once, plan_of

ONE_IN_FIVE = 0.2
LIFT = 0.15
GAIN = ("spend", "mean_difference")
NUMBERS = ("before", "tenure")
TIERS = ("tier=max", "tier=pro")  # beside a third, which has no column of its own
SHARE_OF_TIERS = (0.2, 0.3)
BEFORE = 20.0  # mean of the amount before the start


def adjusted(name: str, columns: tuple[str, ...]) -> World:
    """Amounts that depend on those before, on tenure and tier, and scatter more where high.

    The effect is larger for who paid more before. Welch speaks of all customers that might have
    come, Lin's model with HC2 of those who did: its truth is the mean of their own effects.
    """

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = (rng.random(n) < ONE_IN_FIVE).astype(np.int64)
        before = rng.gamma(2.0, BEFORE / 2, n)
        tenure = rng.gamma(1.5, 1.0, n)
        tier = rng.choice(3, n, p=[*SHARE_OF_TIERS, 1 - sum(SHARE_OF_TIERS)])
        steps = np.array([8.0, 3.0, 0.0])[tier]
        scatter = (rng.gamma(2.0, 0.5, n) - 1) * (2 + 0.4 * before)
        own = LIFT * before * effect
        y = 4 + 0.6 * before + 2 * np.sqrt(tenure) + steps + scatter + own * (arm == 1)
        values = dict(zip((*NUMBERS, *TIERS), (before, tenure, tier == 0, tier == 1), strict=True))
        rows = np.column_stack([y, *(values[column] for column in columns)]).astype(np.float64)
        arms, checks = counted(arm)
        found = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={"spend": moments(arm, ("y",), rows[:, :1])},
            adjusted={"spend": _arms(arm, columns, rows)},
        )
        return once(found, {(*GAIN, "lin"): float(own.mean())})

    covariates = tuple(
        Covariate(name=column, kind=CovariateKind.NUMERIC)
        for column in columns
        if "=" not in column
    )
    tiers = (Covariate(name="tier"),) if set(TIERS) & set(columns) else ()
    metric = replace(METRIC, lin=Lin(covariates=(*covariates, *tiers)))
    weights = zip(ARMS, (8000, 2000), strict=True)
    plan = replace(plan_of(metric), weights=tuple(weights))
    return World(name=name, plan=plan, draw=draw, truth={GAIN: LIFT * BEFORE})


def _arms(arm: np.ndarray, columns: tuple[str, ...], rows: np.ndarray) -> tuple[ArmAdjusted, ...]:
    """Return what the join makes of outcome and covariates: moments, and errors from units."""
    found = moments(arm, ("y", *columns), rows)
    fits = fits_of({part.variant: part.moments for part in found})
    made = []
    for place, part in enumerate(found):
        fit, own = fits[part.variant], rows[arm == place]
        error = fit if isinstance(fit, NotEstimable) else squared_error(fit, own[:, 0], own[:, 1:])
        reason = error.reason if isinstance(error, NotEstimable) else ""
        made.append(
            ArmAdjusted(
                variant=part.variant,
                moments=part.moments,
                squared_error=None if isinstance(error, NotEstimable) else error,
                reason=reason,
            )
        )
    return tuple(made)


METRIC = Metric(
    key="spend",
    role=Role.PRIMARY,
    kind=Kind.MEAN,
    source=Source(table=Table.OBSERVATIONS, column="spend"),
    unit="EUR",
)
ADJUSTING = (
    adjusted("revenue, one in five treated, two covariates", NUMBERS),
    adjusted("revenue, one in five treated, four covariates", (*NUMBERS, *TIERS)),
)
