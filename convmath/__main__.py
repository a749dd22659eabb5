"""``python -m convmath`` is the command line."""

from convmath.cli import main

main()
