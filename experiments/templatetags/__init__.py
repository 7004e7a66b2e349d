"""Template tags of experiments."""
