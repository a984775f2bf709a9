"""Checks of how certain texts are written."""
