"""House styles as data: the frozen Policy and the built-in policies."""
