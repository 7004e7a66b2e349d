"""The sufficient statistics of an experiment: what the join hands over and a run keeps.

From these small tables every estimate is recomputed to the digit, without a customer's row.
"""

from impact.analysis.sufficient.checks import CheckCounts, Reconciled, StartTimes
from impact.analysis.sufficient.clusters import ClusterCounts, CrossedCounts, WindowCounts
from impact.analysis.sufficient.counts import ArmAnswers, ArmProportion, ArmQuantile
from impact.analysis.sufficient.moments import ArmAdjusted, ArmMoments, Moments
from impact.analysis.sufficient.parts import ALL, MONEY, Floats, Integers
from impact.analysis.sufficient.statistics import ArmCount, PastEffect, SufficientStatistics
from impact.analysis.sufficient.survival import OTHER_CAUSE, STAYED, ArmLifetime, SurvivalCounts

__all__ = [
    "ALL",
    "MONEY",
    "OTHER_CAUSE",
    "STAYED",
    "ArmAdjusted",
    "ArmAnswers",
    "ArmCount",
    "ArmLifetime",
    "ArmMoments",
    "ArmProportion",
    "ArmQuantile",
    "CheckCounts",
    "ClusterCounts",
    "CrossedCounts",
    "Floats",
    "Integers",
    "Moments",
    "PastEffect",
    "Reconciled",
    "StartTimes",
    "SufficientStatistics",
    "SurvivalCounts",
    "WindowCounts",
]
