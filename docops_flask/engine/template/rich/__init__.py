"""Rich values: text with marks, links, lists and headings (docs/analysis/rich-values.md)."""
