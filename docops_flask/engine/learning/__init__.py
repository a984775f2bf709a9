"""One policy from several documents: which rules they all keep, and where they differ."""
