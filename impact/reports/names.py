"""What people call a quantity and statisticians a method."""

from collections.abc import Mapping
from types import MappingProxyType

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "survival_probability": "Retained",
        "rmst": "Time retained",
        "median_survival": "Median time to churn",
        "survival_probability_difference": "Difference in retention",
        "rmst_difference": "Difference in time retained",
        "rmst_ratio": "Ratio of times retained",
        "lost_time": "Time lost",
        "lost_time_ratio": "Ratio of times lost",
        "median_survival_difference": "Difference in median time",
        "hazard_ratio": "Hazard ratio of churn",
        "log_rank": "Log-rank test",
        "interaction": "Interaction with a segment",
        "proportional_hazards": "Test of proportional hazards",
        "likelihood_ratio": "Likelihood ratio of the model",
        "cumulative_incidence": "Left for this cause",
        "cumulative_incidence_difference": "Difference in who left for this cause",
        "gray": "Gray's test",
        "mean_difference": "Difference in means",
        "lifetime_revenue": "Lifetime revenue",
        "lifetime_revenue_difference": "Difference in lifetime revenue",
        "proportion_difference": "Difference in shares",
        "ratio_difference": "Difference in ratios",
        "quantile_difference": "Difference in quantiles",
        "switchback_effect": "Effect by window",
        "spillover_effect": "Spill-over on control",
        "complier_average_effect": "Effect on compliers",
        "effect_per_minute": "Effect per minute",
    }
)
METHODS: Mapping[str, str] = MappingProxyType(
    {
        "kaplan_meier": "Kaplan-Meier",
        "cox": "Cox",
        "cox_adjusted": "Cox, adjusted",
        "cox_piecewise": "Cox, by part of follow-up",
        "cox_robust": "Cox, robust errors",
        "cox_adjusted_robust": "Cox, adjusted, robust errors",
        "cox_cluster_robust": "Cox, errors by cluster",
        "cox_adjusted_cluster_robust": "Cox, adjusted, errors by cluster",
        "kaplan_meier_cluster_robust": "Kaplan-Meier, errors by cluster",
        "cox_cluster_cr2": "Cox, errors of few clusters",
        "cox_adjusted_cluster_cr2": "Cox, adjusted, errors of few clusters",
        "kaplan_meier_cluster_cr2": "Kaplan-Meier, errors of few clusters",
        "cluster_cr2_score": "score, few clusters",
        "cluster_robust_score": "robust score, by cluster",
        "fleming_harrington": "Fleming-Harrington",
        "aalen_johansen": "Aalen-Johansen",
        "weibull": "Weibull",
        "log_normal": "log-normal",
        "generalised_gamma": "generalised gamma",
        "mixture_cure": "mixture cure",
        "gray": "Gray",
        "stratified_gray": "Gray, stratified",
        "cause_specific_cox": "Cox, other causes censored",
        "log_rank": "log-rank",
        "stratified_log_rank": "log-rank, stratified",
        "welch": "Welch",
        "partitioned_weighting": "weighted for the end of observation",
        "cuped": "adjusted (CUPED)",
        "lin": "adjusted (Lin)",
        "lee_lower": "Lee, lower bound",
        "lee_upper": "Lee, upper bound",
        "inverse_probability": "weighted for response",
        "cuped_cr1": "adjusted, by cluster (CR1)",
        "cuped_cr2": "adjusted, by cluster (CR2)",
        "epochs": "within versions",
        "cuped_epochs": "adjusted, within versions",
        "two_way": "clustered two ways",
        "cr2_by_day": "by day (CR2)",
        "carry_over": "carry-over test",
        "cr1": "by cluster (CR1)",
        "cr2": "by cluster (CR2)",
        "randomisation": "randomisation inference",
        "winsorised": "winsorised",
        "woodruff": "Woodruff, by unit",
        "newcombe": "Newcombe",
        "cochran_q": "Cochran's Q",
        "cluster_f": "F test between clusters",
        "empirical_bayes": "empirical Bayes",
        "non_inferiority": "non-inferiority",
        "delta": "delta method",
        "fieller": "Fieller",
        "two_stage_least_squares": "two-stage least squares",
        "anderson_rubin": "Anderson-Rubin",
        "first_stage": "first stage",
    }
)


def name_of(quantity: str) -> str:
    """Return what people call a quantity.

    >>> name_of("hazard_ratio"), name_of("direct_effect")
    ('Hazard ratio of churn', 'Direct effect')
    """
    return NAMES.get(quantity, quantity.replace("_", " ").capitalize())


def method_of(method: str) -> str:
    """Return what statisticians call a method.

    >>> method_of("kaplan_meier"), method_of("three_way")
    ('Kaplan-Meier', 'three way')
    """
    return METHODS.get(method, method.replace("_", " "))
