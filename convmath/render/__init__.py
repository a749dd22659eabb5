"""Formulas and explanations as text, Markdown, LaTeX, HTML with MathML, and JSON."""
