"""Open Packaging Conventions (ECMA-376 part 2): the ZIP, its parts, relationships and limits."""
