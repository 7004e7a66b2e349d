"""The variants of a plan: how many of 10,000 buckets each has, by version, and the control."""

from experiments.errors import Violation
from experiments.plan.fields import KEY, KEY_RULE, Section
from experiments.plan.numbers import integer

BUCKETS = 10_000
Weights = tuple[tuple[str, int], ...]


def read_weights(section: Section) -> Weights:
    """Return the weights of the variants, in their order."""
    inner = section.section("weights", required=True)
    if inner is None:
        return ()
    for name, entry in inner.mapping.entries.items():
        if not KEY.fullmatch(name):
            rule = f"a variant's key {KEY_RULE}"
            inner.violations.append(
                Violation(field=inner.place(name), value=name, rule=rule, line=entry.line)
            )
    weights = _summing(section, "weights", inner)
    if len(weights) < 2:  # noqa: PLR2004  # a comparison has two sides
        section.refuse("weights", "must name the control and at least one other variant")
    return weights


def read_control(section: Section, weights: Weights) -> str:
    """Return the key of the variant that the others are compared with."""
    control = section.key("control")
    if control and weights and control not in dict(weights):
        section.refuse("control", "must be one of the weights: " + ", ".join(dict(weights)))
    return control


def read_version_weights(section: Section, weights: Weights) -> tuple[tuple[str, Weights], ...]:
    """Return the weights of the versions that had others than `weights`, by version.

    Each names every variant.
    """
    inner = section.section("version_weights")
    if inner is None:
        return ()
    found = []
    variants = [name for name, _ in weights]
    for version in inner.mapping.entries:
        of_version = inner.section(version, required=True)
        if of_version is None:
            continue
        if set(of_version.mapping.entries) != set(variants):
            inner.refuse(version, f"must give a weight to each of {', '.join(variants)}")
        given = dict(_summing(inner, version, of_version))
        found.append((version, tuple((name, given.get(name, 0)) for name in variants)))
    return tuple(found)


def _summing(section: Section, name: str, inner: Section) -> Weights:
    before = len(inner.violations)
    weights = tuple((variant, _weight(inner, variant)) for variant in inner.mapping.entries)
    total = sum(weight for _, weight in weights)
    if len(inner.violations) == before and total != BUCKETS:
        section.refuse(name, "must sum to 10000", f"a sum of {total}")
    return weights


def _weight(inner: Section, name: str) -> int:
    if inner.given(name) is None:
        inner.refuse(name, "is required")
    return integer(inner, name, low=1, high=BUCKETS) or 0
