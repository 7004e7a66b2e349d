"""The Bayesian view of the primary metric, in a place of its own beside the estimate rows."""
