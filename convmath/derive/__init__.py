"""Where the formulas come from: derivations as data, every step of which verifies."""
