"""How indices move: symbols, windows, loop nests, and what an output reads."""
