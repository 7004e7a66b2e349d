"""Answers that stay valid though somebody looks before the end."""
