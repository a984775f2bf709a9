"""Rich values of template language 2: text with marks, links, lists and headings (docs/analysis/rich-values.md)."""
