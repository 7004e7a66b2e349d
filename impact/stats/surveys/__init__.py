"""Answers of those who answered: what silence may hide, and what weighting can mend."""
