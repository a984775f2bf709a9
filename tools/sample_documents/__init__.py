"""The samples that no document type makes: templates with lists, conditions and pictures."""
