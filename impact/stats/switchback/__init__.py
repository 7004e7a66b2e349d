"""Arms that alternate between windows of time."""
