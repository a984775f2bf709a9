"""The document in a package: its stories, the walk over their paragraphs and tables, addresses."""
