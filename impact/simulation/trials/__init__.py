"""Many trials over the same units: drawn anew, analysed as a report would, and counted.

The units come from assumptions (power before the start) or from a centre's own history (replay).
"""
