"""Drawings of a report as SVG, by Altair and vl-convert: for workers and commands, never the web.

vl-convert must not be forked after its first use, and both imports are slow.
"""
