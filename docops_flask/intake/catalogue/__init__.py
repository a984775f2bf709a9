"""Document types and policies, built-in and an installation's own: read from files, found by name."""
