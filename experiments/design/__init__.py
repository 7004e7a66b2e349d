"""What a test can see, before it starts: sizes, power, duration, and what its unit identifies.

Pure, with the standard library alone: pages ask it, and web processes carry no scipy.
"""
