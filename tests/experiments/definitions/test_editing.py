"""Drafts: every broken rule is named, and nobody's edit is overwritten."""

from dataclasses import replace

import pytest

from experiments import definitions
from experiments.definitions import VariantDraft, draft_of
from experiments.errors import (
    DefinitionLocked,
    EditConflict,
    ExperimentNotFound,
    InvalidDefinition,
    InvalidPlan,
)
from experiments.models import Change, Experiment, Revision
from tests.experiments.designs import NOW, draft, plan, running

pytestmark = pytest.mark.django_db


def fields_of(refusal: pytest.ExceptionInfo[InvalidDefinition]) -> list[str]:
    return [violation.field for violation in refusal.value.violations]


def test_a_new_experiment_is_a_draft_that_gives_its_draft_back() -> None:
    wanted = draft()

    made = definitions.create(wanted, actor="leader", now=NOW)

    assert (made.status, made.version, made.edition) == ("draft", 1, 1)
    assert replace(draft_of(made), salt="") == wanted
    assert len(made.salt) >= 11


def test_all_broken_rules_are_named_at_once() -> None:
    bad = draft(
        key="Longer calls",
        title=" ",
        unit="household",
        layer="nowhere",
        coverage=10_001,
        targeting={"attribute": "tenure"},
        variants=(VariantDraft(key="a", weight=7000), VariantDraft(key="a", weight=7000)),
    )

    with pytest.raises(InvalidDefinition) as refusal:
        definitions.create(bad, actor="leader", now=NOW)

    found = set(fields_of(refusal))
    assert {"key", "title", "unit", "layer", "coverage", "variants"} <= found
    assert any(field.startswith("targeting") for field in found)
    assert not Experiment.objects.exists()


def test_a_key_and_a_salt_are_used_once() -> None:
    definitions.create(draft(salt="abcdefghijk"), actor="leader", now=NOW)

    with pytest.raises(InvalidDefinition) as refusal:
        definitions.create(draft(salt="abcdefghijk"), actor="leader", now=NOW)

    assert fields_of(refusal) == ["key", "salt"]


def test_a_plan_that_breaks_a_rule_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidPlan) as refusal:
        definitions.create(draft(plan_source="key: 1\n"), actor="leader", now=NOW)

    assert refusal.value.violations[0].line == 1


def test_a_plan_of_something_else_is_refused() -> None:
    other = (
        plan()
        .replace("longer_calls", "other")
        .replace("control: target_300s", "control: take_time")
    )

    with pytest.raises(InvalidDefinition) as refusal:
        definitions.check(draft(plan_source=other))

    assert fields_of(refusal) == ["plan.key", "plan.control"]


def test_a_draft_without_a_plan_can_be_kept() -> None:
    assert definitions.create(draft(plan_source=""), actor="leader", now=NOW).status == "draft"


def test_an_edit_replaces_the_draft_and_is_remembered() -> None:
    made = definitions.create(draft(), actor="leader", now=NOW)
    wanted = replace(draft_of(made), title="Another title", coverage=500)

    edited = definitions.edit(made.key, wanted, edition=made.edition, actor="boss", now=NOW)

    assert (edited.title, edited.coverage, edited.edition) == ("Another title", 500, 2)
    last = Change.objects.latest("id")
    assert (last.actor, last.action) == ("boss", "edit")
    assert last.fields == {
        "title": ["Take the time it needs", "Another title"],
        "coverage": [10_000, 500],
    }


def test_variants_can_be_replaced() -> None:
    made = definitions.create(draft(plan_source=""), actor="leader", now=NOW)
    three = (
        *(replace(variant, weight=2500) for variant in draft().variants),
        VariantDraft(key="callback", weight=5000),
    )

    edited = definitions.edit(
        made.key, replace(draft_of(made), variants=three), edition=1, actor="leader", now=NOW
    )

    assert draft_of(edited).variants == three


def test_an_edit_of_an_old_edition_is_refused() -> None:
    made = definitions.create(draft(), actor="leader", now=NOW)
    wanted = replace(draft_of(made), title="Mine")
    definitions.edit(made.key, replace(wanted, title="Theirs"), edition=1, actor="a", now=NOW)

    with pytest.raises(EditConflict, match="edition = 1: must be the present one, 2"):
        definitions.edit(made.key, wanted, edition=1, actor="b", now=NOW)
    assert Experiment.objects.get().title == "Theirs"


def test_key_and_salt_stay() -> None:
    made = definitions.create(draft(), actor="leader", now=NOW)

    with pytest.raises(InvalidDefinition) as refusal:
        definitions.edit(
            made.key,
            replace(draft_of(made), key="other", salt="another_salt_"),
            edition=1,
            actor="leader",
            now=NOW,
        )

    assert fields_of(refusal) == ["key", "salt"]


def test_a_started_experiment_is_locked() -> None:
    started = running()

    with pytest.raises(DefinitionLocked, match="status = running"):
        definitions.edit(
            started.key, draft_of(started), edition=started.edition, actor="a", now=NOW
        )


def test_an_unknown_experiment_is_named() -> None:
    with pytest.raises(ExperimentNotFound, match="key = nothing"):
        definitions.edit("nothing", draft(), edition=1, actor="leader", now=NOW)


def test_every_change_counts_the_revision_up_and_a_refusal_does_not() -> None:
    definitions.create(draft(), actor="leader", now=NOW)
    definitions.submit("longer_calls", actor="leader", now=NOW)
    assert Revision.objects.get().number == 2

    with pytest.raises(InvalidDefinition):
        definitions.create(draft(), actor="leader", now=NOW)
    assert Revision.objects.get().number == 2


def test_the_salt_is_in_no_history() -> None:
    made = definitions.create(draft(), actor="leader", now=NOW)

    assert made.salt not in str(list(Change.objects.values()))
