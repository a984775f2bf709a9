"""The renderer process: how it begins, what it gives up, the one job it does."""
