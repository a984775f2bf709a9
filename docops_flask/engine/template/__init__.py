"""Placeholders: their grammar, where they stand, how they are filled."""
