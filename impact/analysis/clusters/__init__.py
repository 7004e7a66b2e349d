"""Rows of metrics whose units are alike within clusters."""
