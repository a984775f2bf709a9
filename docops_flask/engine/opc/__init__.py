"""Open Packaging Conventions (ECMA-376 part 2): the ZIP archive, its parts, relationships and limits."""
