"""A/A and A/B over a centre's own history: would this plan have found something, or nothing?"""
