"""Document types and policies: built-in and an office's own, read from files, found by name."""
