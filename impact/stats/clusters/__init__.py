"""Comparisons of units that are alike within clusters."""
