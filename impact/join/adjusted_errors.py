"""The squared errors of Lin's model, from each unit's residual, weight and leverage."""

from collections.abc import Mapping

import ibis
import pyarrow as pa
from ibis.expr.types import Table, Value

from impact.analysis.sufficient import ALL
from impact.engine import Engine
from impact.join.covariates import label
from impact.join.inputs import registered
from impact.stats.means.lin import ALONE, ArmFit


def squared_errors(
    connection: Engine,
    units: Table,
    fits: Mapping[tuple[str, str], ArmFit],
    kept: Mapping[str, list[int]],
    column: str,
) -> dict[tuple[str, str], float]:
    """Return the squared error by segment of `column`, "" for all units, and variant.

    An arm is left out in which one unit alone decides a coefficient. `kept` are the places of
    the covariates that the regressions of a segment use.
    """
    width = max(fit_places[-1] for fit_places in kept.values() if len(fit_places) > 1)
    rows = [_coefficients(*key, fit, kept[key[0]], width) for key, fit in fits.items()]
    table = registered(connection, pa.Table.from_pylist(rows))
    segment = ibis.literal(ALL) if not column else ibis.literal(f"{column}=") + label(units, column)
    near = units.mutate(segment_=segment).inner_join(
        table, [("segment_", "of_segment"), ("variant", "of_variant")]
    )
    apart = [near[f"x{place}_"] - near[f"mean_{place}"] for place in range(width)]
    residual = near["y_"] - near["level"] - _sum(near, "slope", apart)
    weight = near["share"] + _sum(near, "direction", apart)
    leverage = near["share"]
    for first in range(width):
        for second in range(width):
            leverage += near[f"inverse_{first}_{second}"] * apart[first] * apart[second]
    left = 1 - leverage
    near = near.mutate(left_=left, part_=weight * weight * residual * residual)
    found = near.group_by(["segment_", "variant"]).aggregate(
        error=(near["part_"] / near["left_"]).sum(where=near["left_"] >= ALONE),
        least=near["left_"].min(),
    )
    return {
        (row["segment_"], row["variant"]): float(row["error"])
        for row in found.to_pyarrow().to_pylist()
        if row["least"] >= ALONE
    }


def _sum(near: Table, name: str, apart: list[Value]) -> Value:
    total: Value = ibis.literal(0.0)
    for place, distance in enumerate(apart):
        total += near[f"{name}_{place}"] * distance
    return total


def _coefficients(
    segment: str, variant: str, fit: ArmFit, kept: list[int], width: int
) -> dict[str, str | float]:
    """Return one arm's numbers by name; a covariate that is left out has zeros."""
    found: dict[str, str | float] = {
        "of_segment": segment,
        "of_variant": variant,
        "share": 1 / fit.n,
        "level": fit.mean,
    }
    for first in range(width):
        found |= {f"{name}_{first}": 0.0 for name in ("mean", "slope", "direction")}
        found |= {f"inverse_{first}_{second}": 0.0 for second in range(width)}
    for place, first in enumerate(kept[1:]):
        found[f"mean_{first - 1}"] = float(fit.means[place])
        found[f"slope_{first - 1}"] = float(fit.slopes[place])
        found[f"direction_{first - 1}"] = float(fit.direction[place])
        for other, second in enumerate(kept[1:]):
            found[f"inverse_{first - 1}_{second - 1}"] = float(fit.inverse[place, other])
    return found
