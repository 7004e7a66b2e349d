"""Where a refusal of a definition stands in the form: at the question whose answer is refused."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from experiments.errors import ExperimentsError, Refusal, Violation

OWN_FORMS = ("schedule", "saturation")
OF_VARIANT = re.compile(r"variants\[(\d+)\]\.(\w+)")
OTHERWISE_CALLED: Mapping[str, str] = MappingProxyType(
    {"layer.start": "layer_start", "layer.end": "layer_end", "weight": "share"}
)


def explain(forms: dict[str, Any], error: ExperimentsError) -> None:
    """Add each broken rule to the field that it is about; what is about none stands at the top."""
    if not isinstance(error, Refusal):
        forms["form"].add_error(None, str(error))
        return
    for violation in error.violations:
        if not (_of_own_form(forms, violation) or _of_variants(forms, violation)):
            _of_basics(forms, violation)


def _of_own_form(forms: dict[str, Any], violation: Violation) -> bool:
    part, _, name = violation.field.partition(".")
    name = name.partition("[")[0]
    if part not in OWN_FORMS or name not in forms[part].fields:
        return False
    forms[part].add_error(name, violation.rule)
    return True


def _of_variants(forms: dict[str, Any], violation: Violation) -> bool:
    """Name the row: the variants of a definition are the rows that were not left empty."""
    if violation.field == "variants":
        forms["variants"].non_form_errors().append(_with_value(violation))
        return True
    rows = [row for row in forms["variants"].forms if row.cleaned_data]
    found = OF_VARIANT.match(violation.field)
    if found is None or int(found[1]) >= len(rows):
        return False
    row, name = rows[int(found[1])], OTHERWISE_CALLED.get(found[2], found[2])
    if name not in row.fields:
        return False
    row.add_error(name, _with_value(violation))
    return True


def _of_basics(forms: dict[str, Any], violation: Violation) -> None:
    field = OTHERWISE_CALLED.get(violation.field, violation.field)
    if field.startswith("requires["):
        forms["form"].add_error("requires", _with_value(violation))
    elif field in forms["form"].fields:
        forms["form"].add_error(field, violation.rule)
    else:
        forms["form"].add_error(None, str(violation))


def _with_value(violation: Violation) -> str:
    return f"{violation.value}: {violation.rule}"
