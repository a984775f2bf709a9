"""The proof that a written document is its template with the logged changes and no others."""
