"""What changed because of it."""
