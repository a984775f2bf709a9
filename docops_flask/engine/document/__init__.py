"""The document behind a package: its stories, the one walk over them, addresses."""
