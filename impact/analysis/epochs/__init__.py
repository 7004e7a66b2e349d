"""Rows of experiments whose split changed from one version to the next."""
