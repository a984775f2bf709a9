"""Effective formatting: what a reader sees after direct formatting, styles and defaults combine."""
