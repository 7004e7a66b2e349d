"""From the answers of the forms to a draft, and from an experiment to the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.definitions import Draft, VariantDraft
from experiments.models import BUCKETS, Experiment
from experiments.pages.row_forms import OPERATORS
from experiments.pages.typed_values import typed


def draft_from(forms: dict[str, Any]) -> Draft:
    """Return the draft that valid forms describe."""
    basics = forms["form"].cleaned_data
    rules = [rule for form in forms["conditions"] if (rule := form.rule())]
    layer = basics["layer"]
    return Draft(
        key=basics["key"],
        title=basics["title"],
        hypothesis=basics["hypothesis"],
        unit=basics["unit"],
        layer=layer.key if layer else None,
        layer_start=basics["layer_start"] or 0,
        layer_end=BUCKETS if basics["layer_end"] is None else basics["layer_end"],
        targeting={basics["audience"] or "all": rules} if rules else {},
        coverage=int(basics["coverage"] * BUCKETS / 100),
        requires=_requirements(basics["requires"]),
        is_holdout=basics["is_holdout"],
        schedule=forms["schedule"].document(),
        saturation=forms["saturation"].document(),
        variants=tuple(
            VariantDraft(
                key=row["key"],
                title=row["title"],
                weight=int(row["share"] * BUCKETS / 100),
                is_control=position == 0,
                policy=row["policy"],
            )
            for position, row in enumerate(
                form.cleaned_data for form in forms["variants"] if form.cleaned_data
            )
        ),
    )


def merged(before: Draft, answers: Draft) -> Draft:
    """Return the answers with everything that the form does not ask for left as it was."""
    return replace(
        answers,
        targeting=answers.targeting if is_shown(before.targeting) else before.targeting,
        plan_source=before.plan_source,
        salt=before.salt,
        simulated=before.simulated,
        truth=before.truth,
    )


def answers_of(experiment: Experiment) -> dict[str, Any]:
    """Return what the form would have been given for this experiment."""
    has_rows = bool(experiment.targeting) and is_shown(experiment.targeting)
    audience, rules = next(iter(experiment.targeting.items())) if has_rows else ("all", [])
    return {
        "initial": {
            **{name: getattr(experiment, name) for name in ("title", "key", "hypothesis", "unit")},
            "coverage": experiment.coverage * 100 / BUCKETS,
            "requires": _lines(experiment.requires),
            "is_holdout": experiment.is_holdout,
            "layer": experiment.layer.key if experiment.layer else None,
            "layer_start": experiment.layer_start,
            "layer_end": experiment.layer_end,
            "audience": audience,
        },
        "variants": [
            {
                "key": variant.key,
                "title": variant.title,
                "share": variant.weight * 100 / BUCKETS,
                "policy": "\n".join(
                    f"{name}: {typed(value)}" for name, value in variant.policy.items()
                ),
            }
            for variant in experiment.variants.order_by("-is_control", "position")
        ],
        "conditions": [_condition(rule) for rule in rules],
        "schedule": experiment.schedule,
        "saturation": experiment.saturation,
    }


def is_shown(targeting: Mapping[str, Any]) -> bool:
    """Say whether rows of conditions can express the rule; one made by the API may need more."""
    rules: list[dict[str, Any]] = next(iter(targeting.values()), [])
    if list(targeting) not in ([], ["all"], ["any"]):
        return False
    return all(_condition(rule)["operator"] in OPERATORS for rule in rules)


def _requirements(lines: str) -> tuple[dict[str, object], ...]:
    """Read one experiment a line: its key, and the variants after a colon."""
    parts = [line.partition(":") for line in lines.splitlines() if line.strip()]
    return tuple(
        {"experiment": key.strip(), "variants": [name.strip() for name in names.split(",") if name]}
        for key, _, names in parts
    )


def _lines(requires: Sequence[Mapping[str, Any]]) -> str:
    pairs = ((each["experiment"], ", ".join(each.get("variants", ()))) for each in requires)
    return "\n".join(f"{key}: {names}" if names else key for key, names in pairs)


def _condition(rule: Mapping[str, Any]) -> dict[str, str]:
    """Return the row for a leaf of the targeting language; no operator where rows have none."""
    row = {"attribute": str(rule.get("attribute", "")), "operator": "", "value": ""}
    match {name: value for name, value in rule.items() if name != "attribute"}:
        case {"in": list(values), **others} if not others:
            return {**row, "operator": "in", "value": ", ".join(map(typed, values))}
        case {"range": dict(bounds), **others} if len(bounds) == 1 and not others:
            ((operator, value),) = bounds.items()
            return {**row, "operator": operator, "value": typed(value)}
        case {"present": True, **others} if not others:
            return {**row, "operator": "present"}
        case {"equals": value, **others} if not others:
            return {**row, "operator": "equals", "value": typed(value)}
        case {"prefix": str(value), **others} if not others:
            return {**row, "operator": "prefix", "value": value}
        case _:
            return row
