"""Guardrails: how many units rule out harm of a margin or more, and which margin they rule out.

A margin is ruled out where the two-sided interval lies on its safe side, so each test has one
side at half of `alpha`. `benefit` is the true effect with more being better: 0 where the policy
does neither harm nor good, which is what a guardrail is usually sized for. `share` is the
variant's share of the units compared; numbers are those of both arms together.
"""
