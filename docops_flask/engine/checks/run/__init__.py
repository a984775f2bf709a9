"""Checks of how text looks: font, size, weight, colour."""
