"""Checks of pages: their size, margins and capacity, and where one begins."""
