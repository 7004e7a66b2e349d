"""Runs: analyses that are queued as rows, computed by a worker, then frozen.

`requests` is light and serves the web; `computing` brings the engine and the statistics and
belongs to workers and commands. The two meet only in the row.
"""
