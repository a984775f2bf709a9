"""Rich values as the proof puts them in, by code of its own (docs/analysis/rich-values.md)."""
