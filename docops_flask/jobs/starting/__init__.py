"""How renderer processes begin: the fork server, the first lines and their image of modules."""
