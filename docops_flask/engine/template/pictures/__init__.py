"""Pictures in template language 2: from a payload's value to a drawing (docs/templates.md, *Pictures*)."""
