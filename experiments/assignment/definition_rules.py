"""What a definition is held to: every broken rule, named by its path."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TypeGuard

from experiments.assignment.draw_rules import draw_violations
from experiments.assignment.hashing import BUCKETS, HASH_VERSIONS, SALT, SALT_RULE
from experiments.assignment.policy import policy_violations
from experiments.assignment.refusals import violation
from experiments.assignment.requirements import requirement_violations
from experiments.assignment.targeting_rules import targeting_violations
from experiments.assignment.units import canonical_id
from experiments.errors import InvalidRequest, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.assignment.definition import (
        ExperimentDefinition,
        LayerPlacement,
        VariantDefinition,
    )

KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
KEY_RULE = "must match [a-z][a-z0-9_]{0,63}"
FEWEST_VARIANTS = 2


def definition_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    """Yield every rule that a definition breaks."""
    yield from _key_violations(definition.key, "key")
    yield from _key_violations(definition.unit, "unit")
    yield from _integer_violations(definition.version, "version", least=1)
    if definition.hash_version not in HASH_VERSIONS:
        known = ", ".join(map(str, HASH_VERSIONS))
        yield violation("hash_version", definition.hash_version, f"must be a known one: {known}")
    yield from _salt_violations(definition.salt, "salt")
    yield from _integer_violations(definition.coverage, "coverage", most=BUCKETS)
    yield from _variants_violations(definition.variants)
    yield from targeting_violations(definition.targeting)
    yield from _layer_violations(definition.layer)
    yield from _forced_violations(definition)
    yield from requirement_violations(definition)
    if not any(_variants_violations(definition.variants)):
        yield from draw_violations(definition)


def _variants_violations(variants: tuple[VariantDefinition, ...]) -> Iterator[Violation]:
    for position, variant in enumerate(variants):
        place = f"variants[{position}]"
        yield from _key_violations(variant.key, f"{place}.key")
        yield from _integer_violations(variant.weight, f"{place}.weight", most=BUCKETS)
        yield from policy_violations(variant.policy, f"{place}.policy")
    keys = [variant.key for variant in variants]
    if len(variants) < FEWEST_VARIANTS:
        yield violation("variants", keys, f"must be at least {FEWEST_VARIANTS}")
    for key, count in Counter(keys).items():
        if count > 1:
            yield violation("variants", key, "must have a key of its own each")
    controls = [variant.key for variant in variants if variant.is_control]
    if len(controls) != 1:
        yield violation("variants", controls, "must have exactly one control")
    yield from _sum_violations(variants)


def _sum_violations(variants: tuple[VariantDefinition, ...]) -> Iterator[Violation]:
    weights = [variant.weight for variant in variants]
    if all(map(_is_integer, weights)) and sum(weights) != BUCKETS:
        yield violation("variants", weights, f"must have weights that sum to {BUCKETS}")


def _layer_violations(layer: LayerPlacement | None) -> Iterator[Violation]:
    if layer is None:
        return
    yield from _salt_violations(layer.salt, "layer.salt")
    yield from _integer_violations(layer.start, "layer.start", most=BUCKETS)
    yield from _integer_violations(layer.end, "layer.end", most=BUCKETS)
    if _is_integer(layer.start) and _is_integer(layer.end) and layer.start >= layer.end:
        yield violation("layer", [layer.start, layer.end], "must start before its end")


def _forced_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    keys = {variant.key for variant in definition.variants}
    for unit, variant in definition.forced.items():
        try:
            canonical = canonical_id(unit, field="forced")
        except InvalidRequest as refusal:
            yield from refusal.violations
            continue
        if canonical != unit:
            yield violation("forced", unit, "must be a canonical id: trimmed, Unicode NFC")
        if variant not in keys:
            yield violation(f"forced[{unit}]", variant, "must be a variant of the experiment")


def _key_violations(key: object, field: str) -> Iterator[Violation]:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        yield violation(field, key, KEY_RULE)


def _salt_violations(salt: object, field: str) -> Iterator[Violation]:
    if not isinstance(salt, str) or not SALT.fullmatch(salt):
        yield violation(field, salt, SALT_RULE)


def _integer_violations(
    value: object, field: str, *, least: int = 0, most: int | None = None
) -> Iterator[Violation]:
    rule = f"must be an integer, {least} or more" if most is None else f"must be {least} to {most}"
    if not _is_integer(value) or value < least or (most is not None and value > most):
        yield violation(field, value, rule)


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
