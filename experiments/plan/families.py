"""The families of a plan, read: metrics whose p-values are adjusted together."""

from dataclasses import replace

from experiments.errors import Violation
from experiments.plan.family import Family, FamilyMethod
from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Mapping, Scalar, Sequence

EXPLORES = "must be in a confirmatory family: what benjamini_hochberg finds decides nothing"


def read_families(section: Section, metrics: set[str], primary: str = "") -> tuple[Family, ...]:
    """Return the families, given as names with their metrics or as one list of metrics.

    A family is a list of metrics, or a mapping of metrics and method. `primary` is the key of the
    metric that the answer is about.
    """
    value = section.given("families")
    if isinstance(value, Mapping):
        families = _named(section)
    elif isinstance(value, Sequence) and all(isinstance(item, Scalar) for item in value.items):
        families = [_family(section, "families", "family")]
    else:
        families = [_listed(item) for item in section.sections("families")]
    _check(section, families, metrics, primary)
    return tuple(families)


def _named(section: Section) -> list[Family]:
    inner = section.section("families")
    if inner is None:
        return []
    return [_entry(inner, name) for name in inner.mapping.entries]


def _entry(inner: Section, name: str) -> Family:
    if not isinstance(inner.given(name), Mapping):
        return _family(inner, name, name)
    entry = inner.section(name)
    if entry is None:
        return Family(name=name, metrics=())
    return _with_method(entry, name)


def _listed(section: Section) -> Family:
    return _with_method(section, section.text("name", required=True))


def _family(section: Section, field: str, name: str) -> Family:
    keys = tuple(item.text for item in section.names(field))
    if not keys:
        section.refuse(field, "must name metrics")
    return Family(name=name, metrics=keys)


def _with_method(section: Section, name: str) -> Family:
    family = _family(section, "metrics", name)
    method = section.choice("method", FamilyMethod, default=FamilyMethod.HOLM)
    section.refuse_unknown()
    return replace(family, method=None if method is FamilyMethod.HOLM else method)


def _check(section: Section, families: list[Family], metrics: set[str], primary: str) -> None:
    seen: set[str] = set()
    line = section.mapping.entries["families"].line if families else section.line
    for family in families:
        for key in family.metrics:
            rule = _broken(key, seen, metrics)
            if not rule and key == primary and not family.confirms:
                rule = EXPLORES
            if rule:
                field = f"families.{family.name}"
                section.violations.append(Violation(field=field, value=key, rule=rule, line=line))
            seen.add(key)


def _broken(key: str, seen: set[str], metrics: set[str]) -> str:
    if key not in metrics:
        return "must be the key of a metric of the plan"
    return "must be in one family only" if key in seen else ""
