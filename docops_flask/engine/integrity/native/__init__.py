"""The template with Word's own marks rewritten into tags, worked out again from the template and the log."""
