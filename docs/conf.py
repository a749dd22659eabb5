"""Sphinx configuration."""

project = "convmath"
author = "the convmath maintainers"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
html_theme = "furo"
exclude_patterns = ["lecture-remarks.md"]
