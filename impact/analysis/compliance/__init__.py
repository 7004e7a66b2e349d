"""Rows about those who take a treatment because they are assigned to it."""
