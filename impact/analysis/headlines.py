"""Which row of a metric speaks for it: its effect, its test, and what no effect would be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from experiments.plan.document import Kind, Metric
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ALL
from impact.analysis.survey_names import LOWER, RESPONSE, UPPER, WEIGHTED

CLUSTER_ROBUST_TEST, CLUSTER_CR2_TEST = "cluster_robust_score", "cluster_cr2_score"
CLUSTER_ROBUST = (
    CLUSTER_CR2_TEST,
    CLUSTER_ROBUST_TEST,
    "randomisation",
    "cox_cluster_cr2",
    "cox_cluster_robust",
)
CLUSTERED = ("randomisation", "cr1", "cr2")  # in place of the methods for independent units
ADJUSTED = ("lin", "cuped", "cuped_cr1", "cuped_cr2", "cuped_epochs")
PIECEWISE = "cox_piecewise"  # hazard ratios of a part of follow-up
ROBUST = "cox_robust"  # limits and test only where enough events bear them
# Rows of the metric's quantity that are about something else: they never speak for it.
BESIDE = frozenset({PIECEWISE, RESPONSE, LOWER, UPPER, WEIGHTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The quantities of effect and test, their methods by preference, the value of no effect."""

    effect: str
    test: str
    methods: tuple[str, ...]
    no_effect: float = 0.0


HEADLINES: Mapping[Kind, Headline] = MappingProxyType(
    {
        Kind.TIME_TO_EVENT: Headline(
            effect="hazard_ratio",
            test="log_rank",
            methods=(*CLUSTER_ROBUST, "stratified_log_rank", "log_rank", ROBUST, "cox"),
            no_effect=1.0,
        ),
        Kind.MEAN: Headline(
            effect="mean_difference",
            test="mean_difference",
            methods=(*ADJUSTED, *CLUSTERED, "winsorised", "welch"),
        ),
        Kind.PROPORTION: Headline(
            effect="proportion_difference",
            test="proportion_difference",
            methods=(*CLUSTERED, "newcombe"),
        ),
        Kind.RATIO: Headline(
            effect="ratio_difference",
            test="ratio_difference",
            methods=(*CLUSTERED, "delta", "two_way"),
        ),
        Kind.QUANTILE: Headline(
            effect="quantile_difference", test="quantile_difference", methods=("woodruff",)
        ),
    }
)


LIFETIME = Headline(
    effect="lifetime_revenue_difference",
    test="lifetime_revenue_difference",
    methods=("partitioned_weighting",),
)


def headline_of(metric: Metric) -> Headline:
    """Return the headline of a metric's kind, or of lifetime revenue where it is that.

    >>> from dataclasses import replace
    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="paid", role=Role.PRIMARY, kind=Kind.MEAN, window=90,
    ...     source=Source(table=Table.REVENUE))
    >>> headline_of(metric).effect, headline_of(replace(metric, window=None, horizon=365.0)).effect
    ('mean_difference', 'lifetime_revenue_difference')
    """
    return LIFETIME if metric.is_lifetime else HEADLINES[metric.kind]


def effect_row(
    metric: Metric, variant: str, estimates: Iterable[Estimate], *, segment: str = ALL
) -> Estimate | None:
    """Return the row of the metric's effect in one variant: what a decision is made on.

    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="paid", role=Role.PRIMARY, kind=Kind.MEAN,
    ...     source=Source(table=Table.REVENUE))
    >>> rows = [Estimate(metric="paid", kind="mean", method=method, variant="b", value=value,
    ...     quantity="mean_difference") for method, value in (("welch", 3.0), ("cuped", 2.0))]
    >>> effect_row(metric, "b", rows).method, effect_row(metric, "c", rows)
    ('cuped', None)
    """
    rows = (row for row in estimates if row.segment == segment)
    return _chosen(metric, headline_of(metric).effect, variant, rows)


def p_value_row(metric: Metric, variant: str, estimates: Iterable[Estimate]) -> Estimate | None:
    """Return the row whose p-value speaks for the metric in one variant.

    With two arms the log-rank test over all arms is the one of the variant: its row names none.

    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="retention", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> test = Estimate(metric="retention", kind="time_to_event", method="log_rank",
    ...     quantity="log_rank", statistic=4.0, p_value=0.0455)
    >>> p_value_row(metric, "b", [test]).p_value
    0.0455
    """
    rows = tuple(row for row in estimates if row.segment == ALL)
    test = headline_of(metric).test
    return _chosen(metric, test, variant, rows) or _chosen(metric, test, "", rows)


def has_one_limit(row: Estimate) -> bool:
    """Whether the row says, without a value, what the effect is at most, or at least.

    >>> from dataclasses import replace
    >>> bound = Estimate(metric="kept", kind="time_to_event", quantity="hazard_ratio",
    ...     method="cox", ci_high=0.06, ci_set="(0, 0.06]")
    >>> has_one_limit(bound), has_one_limit(replace(bound, value=0.03, ci_low=0.01, ci_set=""))
    (True, False)
    """
    return row.value is None and bool(row.ci_set) and (row.ci_low is None) != (row.ci_high is None)


def _chosen(
    metric: Metric, quantity: str, variant: str, estimates: Iterable[Estimate]
) -> Estimate | None:
    rows = [
        row
        for row in estimates
        if (row.metric, row.kind, row.quantity) == (metric.key, metric.kind.value, quantity)
        and (row.variant, row.term) == (variant, "")
        and row.method not in BESIDE
        and (row.method in CLUSTER_ROBUST or not _clustered(metric))
    ]
    return min(rows, key=lambda row: _rank(metric, row), default=None)


def _clustered(metric: Metric) -> bool:
    """Whether only what allows for units that are alike may speak for the metric."""
    return metric.kind is Kind.TIME_TO_EVENT and bool(metric.cluster)


def _rank(metric: Metric, row: Estimate) -> tuple[bool, bool, int]:
    """Rank rows with an answer before rows with a reason, then by the order of methods.

    Robust errors of few events have no limits: those of the model then speak.
    """
    methods = headline_of(metric).methods
    place = methods.index(row.method) if row.method in methods else len(methods)
    is_bare = row.method == ROBUST and row.ci_low is None
    is_reason = row.value is None and row.statistic is None and not has_one_limit(row)
    return is_reason, is_bare, place
