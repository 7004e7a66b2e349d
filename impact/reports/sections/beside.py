"""Two answers to one question side by side: what each is, in one sentence."""

from collections.abc import Iterator

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import ADJUSTED
from impact.reports.effects import remark
from impact.reports.findings import Findings
from impact.reports.scales import interval_text, value_text

QUANTITY = "mean_difference"
PLAIN, CAPPED = "welch", "winsorised"
SAME_EFFECT = "Both estimate the same effect; the adjusted one decides"
OTHER_EFFECT = (
    "The capped one decides and is steadier, but only the plain one is an amount of money"
)


def beside(findings: Findings) -> Iterator[str]:
    """Yield a sentence for every mean that has a second answer beside the plain one."""
    for metric in findings.plan.metrics:
        for variant in findings.treatments:
            rows = findings.results.rows(metric.key, QUANTITY, variant=variant)
            methods = {row.method: row for row in rows if row.value is not None}
            plain = methods.get(PLAIN)
            second = next((methods[name] for name in (*ADJUSTED, CAPPED) if name in methods), None)
            if plain is not None and second is not None:
                yield _sentence(findings, metric, plain, second)


def _sentence(findings: Findings, metric: Metric, plain: Estimate, second: Estimate) -> str:
    several = len(findings.treatments) > 1
    name = f"{metric.label}, {findings.label(plain.variant)}" if several else metric.label
    capped = second.method == CAPPED
    how = "capped" if capped else "adjusted for what was known before the start"
    meaning = OTHER_EFFECT if capped else SAME_EFFECT
    return (
        f"{name}: the difference is {_shown(plain)} as it is and {_shown(second)} {how}. "
        f"{meaning} ({remark(second)})."
    )


def _shown(row: Estimate) -> str:
    interval = interval_text(row)
    return f"{value_text(row)} ({interval})" if interval else value_text(row)
