"""Rows about segments: is the effect the same in all, and what of each is more than chance?"""
