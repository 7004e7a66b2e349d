"""The families of a plan, read: metrics whose p-values are adjusted together."""

from experiments.errors import Violation
from experiments.plan.document import Family
from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Mapping, Scalar, Sequence


def read_families(section: Section, metrics: set[str]) -> tuple[Family, ...]:
    """Return the families, given as names with their metrics or as one list of metrics."""
    value = section.given("families")
    if isinstance(value, Mapping):
        families = _named(section)
    elif isinstance(value, Sequence) and all(isinstance(item, Scalar) for item in value.items):
        families = [_family(section, "families", "family")]
    else:
        families = [_listed(item) for item in section.sections("families")]
    _check(section, families, metrics)
    return tuple(families)


def _named(section: Section) -> list[Family]:
    inner = section.section("families")
    if inner is None:
        return []
    return [_family(inner, name, name) for name in inner.mapping.entries]


def _listed(section: Section) -> Family:
    family = _family(section, "metrics", section.text("name", required=True))
    section.refuse_unknown()
    return family


def _family(section: Section, field: str, name: str) -> Family:
    keys = tuple(item.text for item in section.names(field))
    if not keys:
        section.refuse(field, "must name metrics")
    return Family(name=name, metrics=keys)


def _check(section: Section, families: list[Family], metrics: set[str]) -> None:
    seen: set[str] = set()
    line = section.mapping.entries["families"].line if families else section.line
    for family in families:
        for key in family.metrics:
            rule = _broken(key, seen, metrics)
            if rule:
                field = f"families.{family.name}"
                section.violations.append(Violation(field=field, value=key, rule=rule, line=line))
            seen.add(key)


def _broken(key: str, seen: set[str], metrics: set[str]) -> str:
    if key not in metrics:
        return "must be the key of a metric of the plan"
    return "must be in one family only" if key in seen else ""
