"""``python -m convmath`` is the command line."""

from convmath.cli import main

if __name__ == "__main__":
    main()
