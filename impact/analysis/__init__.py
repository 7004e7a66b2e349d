"""From sufficient statistics to estimates, checks and a decision: pure."""
