"""Every setting of the server, read once from the environment."""
