"""WordprocessingML vocabulary (ECMA-376 part 1)."""
