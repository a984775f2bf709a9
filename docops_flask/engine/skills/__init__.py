"""Document types as data: ``Skill`` and its fields."""
