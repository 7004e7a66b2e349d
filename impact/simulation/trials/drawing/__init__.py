"""Units drawn from what is expected before a start: the assumptions of a size, made to happen."""
