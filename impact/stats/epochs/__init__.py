"""Versions of an experiment whose splits differ: compare within each, then put together."""
