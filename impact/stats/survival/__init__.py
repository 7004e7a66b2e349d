"""Time to event: curves, tests and models from counts per time, exact in their ties."""
