"""Sub-documents: other Word documents put in place of tags (docs/analysis/subdocuments.md)."""
