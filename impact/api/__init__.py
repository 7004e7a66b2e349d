"""The HTTP API of impact."""
