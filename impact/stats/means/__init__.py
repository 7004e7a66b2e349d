"""Means, ratios and proportions from counts, sums and centred moments."""
