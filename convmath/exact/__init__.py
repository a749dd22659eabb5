"""Whole numbers, exactly: floors, proofs, and sizes as functions of the input's."""
