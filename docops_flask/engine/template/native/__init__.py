"""Word's own ways to mark a field, rewritten into tags of language 2 (docs/analysis/native-marks.md)."""
