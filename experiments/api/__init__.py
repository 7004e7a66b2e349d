"""The HTTP API of experiments."""
