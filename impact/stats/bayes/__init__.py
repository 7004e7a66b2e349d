"""A Bayesian view of one effect: beside the frequentist answer, never mixed with it."""
