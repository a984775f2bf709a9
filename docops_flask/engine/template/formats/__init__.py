"""The formats of template language 2: a value as text (docs/templates.md, chapter *Formats*)."""
