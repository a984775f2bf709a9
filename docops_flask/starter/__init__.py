"""Starter templates, generated from a document type with python-docx."""
