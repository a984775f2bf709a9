"""The examples of docs/templates.md: read from the page, made to documents, filled, shown as pictures."""
