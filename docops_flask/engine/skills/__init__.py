"""Document types as data: the frozen Skill, its fields and the registry."""
