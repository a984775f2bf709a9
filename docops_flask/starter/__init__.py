"""Starter templates, made from a document type with python-docx."""
