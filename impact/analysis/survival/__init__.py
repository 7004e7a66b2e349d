"""Time-to-event metrics: curves, contrasts, the Cox model and how effects change over time."""
