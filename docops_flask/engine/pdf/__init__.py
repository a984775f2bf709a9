"""Makes a PDF of a written document with LibreOffice, reads it, and reports on it."""
