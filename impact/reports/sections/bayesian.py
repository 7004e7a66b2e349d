"""The Bayesian view, in a section of its own: what is believed after the data, and from what."""

from impact.analysis.estimates import BayesianView
from impact.reports.blocks import Block, Cell, Column, Paragraph, Section, Table
from impact.reports.findings import Findings
from impact.reports.formats import level

ABOUT = (
    "Beside the answer above and not part of it: no verdict rests on these probabilities, and they "
    "are no licence to look early. Benefits are relative, more is better; a negative one is harm."
)


def bayesian(findings: Findings) -> Section:
    """Return the section of the Bayesian view; without blocks where the plan asks for none."""
    views = findings.results.bayesian
    blocks: tuple[Block, ...] = ()
    if views and not findings.results.split_is_broken:
        blocks = (Paragraph(text=ABOUT), _table(findings, views), Paragraph(text=_prior(views[0])))
    return Section(key="bayesian", title="A Bayesian view", blocks=blocks)


def _table(findings: Findings, views: tuple[BayesianView, ...]) -> Table:
    columns = (
        Column(label="Compared"),
        Column(label="Relative benefit", numeric=True),
        Column(label="Probability of harm", numeric=True),
        Column(label=f"Probability of a gain of {views[0].worthwhile:.2%} or more", numeric=True),
    )
    return Table(
        caption=f"{findings.plan.primary.label}: what is believed after the data",
        columns=columns,
        rows=tuple(_row(findings, view) for view in views),
    )


def _row(findings: Findings, view: BayesianView) -> tuple[Cell, ...]:
    credible = f"{level(view.credible_level)} credible {view.ci_low:+.2%} to {view.ci_high:+.2%}"
    return (
        Cell(text=f"{findings.label(view.variant)} against {findings.label(view.baseline)}"),
        Cell(text=f"{view.mean:+.2%}", detail=findings.spoken(credible), raw=view.mean),
        Cell(text=f"{view.probability_of_harm:.1%}", raw=view.probability_of_harm),
        Cell(text=f"{view.probability_worthwhile:.1%}", raw=view.probability_worthwhile),
    )


def _prior(view: BayesianView) -> str:
    return (
        f"Scale: {view.scale}. Prior: normal with mean {view.prior_mean:+.2%} and standard "
        f"deviation {view.prior_sd:.2%}, {view.prior_from}."
    )
