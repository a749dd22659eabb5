"""The program ``convmath``, also run as ``python -m convmath``."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command line; whoever stops it, even while it is imported, is told in one word."""
    try:
        from convmath.cli import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("convmath: stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
