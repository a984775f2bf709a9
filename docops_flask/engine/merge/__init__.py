"""Merges: one template, rows of data, a document for each row."""
