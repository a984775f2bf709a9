"""Document types as data: the frozen ``Skill`` and its fields."""
