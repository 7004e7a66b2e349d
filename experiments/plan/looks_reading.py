"""The looks of a plan, read: when the answer may be read."""

from experiments.plan.document import Looks
from experiments.plan.fields import Section
from experiments.plan.metrics_reading import refuse_not_built
from experiments.plan.yaml_lines import Mapping, Scalar, Sequence

NOT_BUILT = ("count", "spending", "dates", "every")
ONE_LOOK = "this release has one look, at the planned end"


def read_looks(section: Section) -> Looks:
    """Return the planned end: one date, or a mapping that may say that it is the only look."""
    value = section.given("looks")
    if value is None:
        return Looks()
    if not isinstance(value, Mapping):
        return _one_date(section, value)
    inner = Section(path=section.place("looks"), mapping=value, violations=section.violations)
    refuse_not_built(inner, NOT_BUILT)
    for name, only in (("number", "1"), ("rule", "fixed")):
        given = inner.scalar(name)
        if given is not None and given.text != only:
            inner.refuse(name, f"must be {only}: {ONE_LOOK}")
    looks = Looks(planned_end=inner.day("planned_end"))
    inner.refuse_unknown()
    return looks


def _one_date(section: Section, value: Scalar | Sequence) -> Looks:
    items = section.names("looks")
    if len(items) == 1 and len(getattr(value, "items", items)) == 1:
        return Looks(planned_end=section.day_of("looks", items[0]))
    section.refuse("looks", f"must be one date, or a mapping of planned_end: {ONE_LOOK}")
    return Looks()
