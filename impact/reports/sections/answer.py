"""The answer in one sentence with its interval, and beside it the truth where one is known."""

from impact.analysis.estimates import Estimate, Verdict
from impact.reports.blocks import (
    Block,
    Cell,
    Column,
    Headline,
    KeyFigure,
    Paragraph,
    Section,
    Table,
    Tone,
)
from impact.reports.effects import main_effect, remark
from impact.reports.findings import Findings
from impact.reports.formats import level
from impact.reports.names import name_of
from impact.reports.quantities import quantity
from impact.reports.scales import at_text, interval_text, place_text, scale_of, value_text

VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    Verdict.SHIP: ("Ship it", Tone.GOOD),
    Verdict.DO_NOT_SHIP: ("Do not ship it", Tone.BAD),
    Verdict.KEEP_RUNNING: ("Keep it running", Tone.NOTE),
    Verdict.NOT_IDENTIFIED: ("No answer from this data", Tone.CAUTION),
}
TRUTHS = {
    "retention_difference": "survival_probability_difference",
    "rmst_difference": "rmst_difference",
}


def answer(findings: Findings) -> Section:
    """Return the section with the verdict, the sentence and, for a simulation, the truth."""
    blocks: list[Block] = [_headline(findings)]
    blocks.extend(_truth(findings))
    return Section(key="answer", title="The answer", blocks=tuple(blocks))


def sentence(findings: Findings) -> str:
    """Return the answer in one sentence: the analysis' own, else what the primary estimate says."""
    if findings.results.answer:
        return findings.spoken(findings.results.answer)
    said = "; ".join(_said(findings, effect) for effect in _effects(findings))
    return f"{findings.plan.primary.label}: {said or 'the analysis has no estimate'}."


def effect_words(findings: Findings) -> str:
    """Return the primary effects in a few words, for a list: "" where there are none."""
    return "; ".join(
        f"{_short_label(findings, effect)} {value_text(effect)} ({interval_text(effect)})"
        for effect in _effects(findings)
        if effect.value is not None
    )


def _headline(findings: Findings) -> Headline:
    decision = findings.results.decision
    word, tone = VERDICTS[decision.verdict]
    return Headline(
        verdict=word,
        tone=tone,
        sentence=sentence(findings),
        figures=tuple(
            KeyFigure(
                label=_label(findings, effect),
                value=value_text(effect),
                interval=_interval(findings, effect),
            )
            for effect in _effects(findings)
            if effect.value is not None and not findings.results.split_is_broken
        ),
        reasons=tuple(findings.spoken(reason) for reason in decision.reasons),
    )


def _interval(findings: Findings, effect: Estimate) -> str:
    words = interval_text(effect)
    return f"{findings.interval_name} {words}" if words else "no interval so far"


def _label(findings: Findings, effect: Estimate) -> str:
    at = place_text(effect, findings.plan.time_unit)
    label = name_of(effect.quantity) + (f" at {at}" if at else "")
    several = len(findings.treatments) > 1
    return f"{findings.label(effect.variant)}: {label.lower()}" if several else label


def _short_label(findings: Findings, effect: Estimate) -> str:
    name = name_of(effect.quantity)
    return f"{name} with {effect.variant}" if len(findings.treatments) > 1 else name


def _said(findings: Findings, effect: Estimate) -> str:
    names = f"{findings.label(effect.variant)} against {findings.label(effect.baseline)}"
    if effect.value is None:
        return f"{names} has no estimate, because {remark(effect)}"
    return f"{names} {value_text(effect)} ({findings.interval_name} {interval_text(effect)})"


def _effects(findings: Findings) -> list[Estimate]:
    found = (main_effect(findings, findings.plan.primary, name) for name in findings.treatments)
    return [effect for effect in found if effect is not None]


def _truth(findings: Findings) -> list[Block]:
    if not findings.facts.simulated or not findings.facts.truth:
        return []
    rows = [_truth_row(findings, key, variant) for variant in findings.treatments for key in TRUTHS]
    shown = tuple(row for row in rows if row)
    if not shown:
        return []
    labels = ("Truth of the simulation", "Estimate", f"{findings.interval_name.capitalize()}")
    columns = (
        Column(label="Quantity"),
        *(Column(label=name, numeric=True) for name in labels),
        Column(label="Covered"),
    )
    return [
        Table(caption="The truth, known here only", columns=columns, rows=shown),
        _one_in(findings),
    ]


def _truth_row(findings: Findings, key: str, variant: str) -> tuple[Cell, ...]:
    name = TRUTHS[key]
    given = findings.facts.truth.get(key)
    truth = given.get(variant) if isinstance(given, dict) else given
    estimate = findings.results.first(findings.plan.primary.key, name, variant=variant)
    if truth is None or estimate is None:
        return ()
    scale = scale_of(estimate)
    label = f"{name_of(name)}, {findings.label(variant)}"
    return (
        Cell(text=label, detail=at_text(estimate.at, findings.plan.time_unit)),
        Cell(text=quantity(truth, scale, digits=2, signed=True), raw=truth),
        Cell(text=value_text(estimate), detail=remark(estimate), raw=estimate.value),
        Cell(text=interval_text(estimate)),
        _covered(estimate, truth),
    )


def _covered(estimate: Estimate, truth: float) -> Cell:
    if estimate.ci_low is None or estimate.ci_high is None:
        return Cell(text="no interval")
    if estimate.ci_low <= truth <= estimate.ci_high:
        return Cell(text="yes", tone=Tone.GOOD)
    return Cell(text="missed", tone=Tone.CAUTION)


def _one_in(findings: Findings) -> Paragraph:
    confidence = findings.plan.confidence_level
    times = round(1 / (1 - confidence))
    misses = "twenty" if times == 20 else str(times)  # noqa: PLR2004  # the usual level in words
    text = (
        f"A {level(confidence)} interval misses the truth one time in {misses}, "
        "also when everything was done right. The truth is the difference between the same "
        "simulated customers under both policies, whether or not agents complied."
    )
    return Paragraph(text=text)
