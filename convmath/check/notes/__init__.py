"""A linter for lecture notes: arithmetic, claims about layers, and tables of layers.

Rather silent than wrong: what cannot be read for sure is no claim.
"""
