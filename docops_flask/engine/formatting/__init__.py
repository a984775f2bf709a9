"""Effective formatting: the values that result from direct formatting, styles and document defaults."""
