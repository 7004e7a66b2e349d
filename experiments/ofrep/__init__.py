"""OFREP 0.3.0: every OpenFeature SDK asks for variants without a client of ours.

A flag is an experiment. Where released clients need more than the protocol's text, more is sent:
`docs/ofrep.md` says what.
"""
