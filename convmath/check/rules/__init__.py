"""The misconceptions: for each quantity the right formula with its named parts, and what people write instead."""
