"""Placeholders: their grammar, how they are found in a document and filled."""
