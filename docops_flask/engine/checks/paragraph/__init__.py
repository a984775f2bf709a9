"""Checks of how paragraphs are set: indents, spacing, alignment, and what a policy forbids."""
