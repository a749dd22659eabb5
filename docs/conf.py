"""Sphinx configuration: MyST pages, formulas as MathML so that a page needs nothing from elsewhere."""

from typing import Any

from latex2mathml.converter import convert

project = "convmath"
author = "the convmath maintainers"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_math_renderer = "mathml"
exclude_patterns = ["sheets", "lecture-remarks.md"]


def _inline(translator: Any, node: Any) -> None:
    translator.body.append(convert(node.astext()))
    raise _skip()


def _block(translator: Any, node: Any) -> None:
    translator.body.append(convert(node.astext(), display="block"))
    raise _skip()


def _skip() -> Exception:
    from docutils.nodes import SkipNode

    return SkipNode()


def setup(app: Any) -> None:
    """Register the renderer of formulas."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
