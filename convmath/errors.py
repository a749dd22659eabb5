"""The one error a user of convmath needs to catch."""


class ConvmathError(ValueError):
    """A layer, shape or text that has no answer; the message gives the value and the remedy."""
