"""From the empty form to a running experiment, as a CX leader does it in the browser."""

import pytest
from django.test import Client

from experiments.models import Experiment

ANSWERS = {
    "title": "Care over clock",
    "key": "care_over_clock",
    "hypothesis": "Time keeps customers.",
    "unit": "customer",
    "coverage": "100",
    "audience": "all",
    "variants-TOTAL_FORMS": "2",
    "variants-INITIAL_FORMS": "0",
    "variants-0-key": "clock",
    "variants-0-title": "300 seconds",
    "variants-0-share": "50",
    "variants-0-policy": "target_handle_seconds: 300\ntone: brisk",
    "variants-1-key": "care",
    "variants-1-title": "Take the time",
    "variants-1-share": "50",
    "variants-1-policy": "",
    "conditions-TOTAL_FORMS": "2",
    "conditions-INITIAL_FORMS": "0",
    "conditions-0-attribute": "tier",
    "conditions-0-operator": "in",
    "conditions-0-value": "plus, pro",
    "conditions-1-attribute": "tenure_months",
    "conditions-1-operator": "at_least",
    "conditions-1-value": "6",
}
MEASURES = {
    "action": "write",
    "horizon": "180",
    "window": "90",
    "planned_end": "",
    "zone": "Europe/Berlin",
    "segments": "tier",
    "currency": "EUR",
    "cost_per_handle_minute": "0.80",
}


def defined(leader: Client) -> Experiment:
    leader.post("/experiments/new", ANSWERS)
    return Experiment.objects.get(key="care_over_clock")


def test_the_answers_of_the_form_become_a_draft(leader: Client) -> None:
    answer = leader.post("/experiments/new", ANSWERS)

    experiment = Experiment.objects.get(key="care_over_clock")
    assert answer.headers["Location"] == "/experiments/care_over_clock/plan"
    assert experiment.status == "draft"
    assert experiment.owner is not None
    assert experiment.owner.get_username() == "some.cx_leader"
    assert [(v.key, v.weight, v.is_control) for v in experiment.variants.all()] == [
        ("clock", 5000, True),
        ("care", 5000, False),
    ]
    assert experiment.variants.get(key="clock").policy == {
        "target_handle_seconds": 300,
        "tone": "brisk",
    }
    assert experiment.targeting == {
        "all": [
            {"attribute": "tier", "in": ["plus", "pro"]},
            {"attribute": "tenure_months", "range": {"at_least": 6}},
        ]
    }


def test_every_broken_rule_is_shown_and_nothing_typed_is_lost(leader: Client) -> None:
    answer = leader.post(
        "/experiments/new", {**ANSWERS, "key": "Care!", "variants-1-share": "40"}
    ).content.decode()

    assert "Use small letters, digits and _" in answer
    assert "The shares add up to 90%" in answer
    assert "tone: brisk" in answer
    assert not Experiment.objects.exists()


def test_the_holdout_is_asked_for_by_a_box_to_tick(leader: Client) -> None:
    page = leader.get("/experiments/new").content.decode()

    box = page.partition('name="is_holdout"')[2].partition(">")[0]
    assert 'class="form-check-input"' in box
    assert page.count('class="form-check-label"') == 1


def test_editing_shows_what_was_answered(leader: Client) -> None:
    defined(leader)

    page = leader.get("/experiments/care_over_clock/edit").content.decode()

    assert "plus, pro" in page
    assert "target_handle_seconds: 300" in page
    assert 'value="50.00"' in page or 'value="50.0"' in page


def test_saving_the_same_answers_changes_nothing_but_the_edition(leader: Client) -> None:
    experiment = defined(leader)

    leader.post(
        "/experiments/care_over_clock/edit", {**ANSWERS, "edition": str(experiment.edition)}
    )

    after = Experiment.objects.get(key="care_over_clock")
    assert after.targeting == experiment.targeting
    assert after.salt == experiment.salt


def test_of_two_people_who_edit_at_once_the_second_is_told(leader: Client) -> None:
    experiment = defined(leader)
    url = "/experiments/care_over_clock/edit"
    stale = str(experiment.edition)
    leader.post(url, {**ANSWERS, "title": "First", "edition": stale})

    answer = leader.post(url, {**ANSWERS, "title": "Second", "edition": stale})

    assert answer.status_code == 200
    assert Experiment.objects.get(key="care_over_clock").title == "First"


@pytest.mark.parametrize("edition", ["abc", "²", "", "9" * 5000])
def test_an_edition_that_is_none_saves_nothing(leader: Client, edition: str) -> None:
    defined(leader)
    changed = {**ANSWERS, "title": "Other", "edition": edition}

    answer = leader.post("/experiments/care_over_clock/edit", changed)

    assert answer.status_code == 200
    assert "Nothing was saved yet" in answer.content.decode()
    assert Experiment.objects.get().title == "Care over clock"


def test_an_audience_that_rows_cannot_show_survives_an_edit(leader: Client) -> None:
    experiment = defined(leader)
    rule = {"not": {"attribute": "vulnerable", "equals": True}}
    Experiment.objects.filter(pk=experiment.pk).update(targeting=rule)

    page = leader.get("/experiments/care_over_clock/edit").content.decode()
    leader.post(
        "/experiments/care_over_clock/edit", {**ANSWERS, "edition": str(experiment.edition)}
    )

    assert "It stays as it is" in page
    assert Experiment.objects.get(key="care_over_clock").targeting == rule


def test_a_plan_written_from_answers_leads_to_a_running_experiment(leader: Client) -> None:
    experiment = defined(leader)
    page = leader.post("/experiments/care_over_clock/plan", MEASURES)
    source = page.context["source"]
    leader.post(
        "/experiments/care_over_clock/plan",
        {"action": "save", "source": source, "edition": str(experiment.edition)},
    )
    for move in ("submit", "start"):
        leader.post("/experiments/care_over_clock/move", {"move": move})

    after = Experiment.objects.get(key="care_over_clock")
    assert after.status == "running"
    assert len(after.plan_sha256) == 64
    detail = leader.get("/experiments/care_over_clock").content.decode()
    assert after.plan_sha256 in detail
    assert "Kill switch" in detail


def test_a_plan_with_errors_names_line_key_value_and_rule(leader: Client) -> None:
    defined(leader)

    answer = leader.post(
        "/experiments/care_over_clock/plan/check",
        {"source": "key: care_over_clock\nunit: household\n"},
    ).content.decode()

    assert "Line 2" in answer
    assert "household" in answer
    assert "must be one of customer" in answer


def test_more_rows_can_be_asked_for(leader: Client) -> None:
    variant = leader.get("/experiments/new/variant", {"variants-TOTAL_FORMS": "2"})
    condition = leader.get("/experiments/new/condition", {"conditions-TOTAL_FORMS": "1"})

    assert 'name="variants-2-key"' in variant.content.decode()
    assert 'value="3"' in variant.content.decode()
    assert 'name="conditions-1-attribute"' in condition.content.decode()


def test_a_row_that_comes_back_empty_is_dropped(leader: Client) -> None:
    third = {"variants-2-key": "both", "variants-2-share": "0", "variants-TOTAL_FORMS": "3"}
    leader.post("/experiments/new", {**ANSWERS, **third})
    emptied = {"variants-2-key": "", "variants-2-share": "", "conditions-1-attribute": ""}
    emptied |= {"conditions-1-value": "", "variants-INITIAL_FORMS": "3", "edition": "1"}

    leader.post("/experiments/care_over_clock/edit", {**ANSWERS, **third, **emptied})

    after = Experiment.objects.get(key="care_over_clock")
    assert [variant.key for variant in after.variants.all()] == ["clock", "care"]
    assert after.targeting == {"all": [{"attribute": "tier", "in": ["plus", "pro"]}]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"variants-1-key": "clock"}, "Two variants have the same key"),
        ({"conditions-0-attribute": ""}, "Say which attribute this is about"),
        ({"conditions-0-value": ""}, "Say what it is compared with"),
        ({"variants-0-policy": "300"}, "must have the form name: value"),
        ({"variants-0-policy": "tone: brisk\ntone: warm"}, "Line 2: tone is named twice."),
    ],
)
def test_a_wrong_row_is_refused_in_plain_words(
    leader: Client, wrong: dict[str, str], words: str
) -> None:
    answer = leader.post("/experiments/new", {**ANSWERS, **wrong}).content.decode()

    assert words in answer
    assert not Experiment.objects.exists()


@pytest.mark.parametrize("path", ["/experiments/new", "/experiments/care_over_clock/edit"])
def test_a_finance_reviewer_only_reads(leader: Client, reviewer: Client, path: str) -> None:
    defined(leader)

    assert reviewer.get(path).status_code == 403
    assert reviewer.get("/experiments/care_over_clock").status_code == 200
    assert reviewer.post("/experiments/care_over_clock/move", {"move": "submit"}).status_code == 403


def test_a_refused_policy_is_named_at_its_row(leader: Client) -> None:
    blank = {"variants-TOTAL_FORMS": "4", "variants-3-key": "late", "variants-3-share": "0"}
    wrong = {**blank, "variants-3-policy": "call back: yes"}  # after a row that was left empty

    page = leader.post("/experiments/new", {**ANSWERS, **wrong})

    rows = page.context["variants"].forms
    assert [list(row.errors) for row in rows] == [[], [], [], ["policy"]]
    assert "call back" in rows[3].errors["policy"][0]
    assert not page.context["form"].non_field_errors()


def test_a_requirement_of_nobody_is_named_at_its_question(leader: Client) -> None:
    page = leader.post("/experiments/new", {**ANSWERS, "requires": "nobody_knows"})

    (error,) = page.context["form"].errors["requires"]
    assert "nobody_knows" in error
    assert "must be the key of an experiment" in error
    assert not page.context["form"].non_field_errors()


def test_one_variant_is_too_few_in_plain_words(leader: Client) -> None:
    alone = {"variants-1-key": "", "variants-1-title": "", "variants-1-share": ""}

    page = leader.post("/experiments/new", {**ANSWERS, **alone}).content.decode()

    assert "An experiment has 2 variants or more" in page
    assert not Experiment.objects.exists()
