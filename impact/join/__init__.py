"""Exposures joined to outcomes as Ibis expressions: rows in, sufficient statistics out."""
