"""The tags of other template tools: reading, recognising and rewriting them (docs/convert.md)."""
