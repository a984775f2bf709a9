"""Word's own ways to mark a field, rewritten into the tags of template language 2 (docs/analysis/native-marks.md)."""
