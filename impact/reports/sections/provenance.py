"""Plan, versions and hashes: what makes the report repeatable."""

from impact.reports.blocks import Block, Facts, Listing, Paragraph, Section
from impact.reports.findings import Findings
from impact.reports.formats import instant

REPEATABLE = (
    "The sufficient statistics of this run are stored with it: every estimate is recomputed from "
    "them to the digit, without a customer's row."
)


def provenance(findings: Findings) -> Section:
    """Return the section of hashes and versions, with the plan as it was locked."""
    blocks: list[Block] = [Facts(items=_items(findings))]
    if findings.facts.statistics_sha256:
        blocks.append(Paragraph(text=REPEATABLE))
    if findings.facts.plan_source:
        blocks.append(Listing(title="The plan", text=findings.facts.plan_source))
    return Section(key="provenance", title="Plan, versions and hashes", blocks=tuple(blocks))


def _items(findings: Findings) -> tuple[tuple[str, str], ...]:
    results, facts, zone = findings.results, findings.facts, findings.plan.zone
    finished = instant(facts.finished_at.astimezone(zone)) if facts.finished_at else ""
    lake = ", ".join(f"{table} {number}" for table, number in sorted(facts.lake_versions.items()))
    items = (
        ("Run", facts.run_id),
        ("Requested by", facts.requested_by),
        ("Computed", finished),
        ("Experiment", results.experiment),
        ("Plan, SHA-256", results.plan_sha256),
        ("Data, SHA-256", results.data_sha256),
        ("Statistics, SHA-256", facts.statistics_sha256),
        ("Version of Equipoise", facts.code_version or results.version),
        ("Lake versions", lake),
    )
    return tuple((term, words) for term, words in items if words)
