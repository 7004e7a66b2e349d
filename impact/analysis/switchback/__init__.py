"""Rows of arms that alternate between windows of time."""
