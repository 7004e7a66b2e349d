"""Effects in parts of the units: do they differ, and what is left when chance is taken out?"""
