"""WordprocessingML vocabulary (ECMA-376 part 1): names, the hardened parser, units."""
