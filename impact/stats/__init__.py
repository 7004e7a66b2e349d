"""Numbers in, estimates out: pure numpy and scipy."""
