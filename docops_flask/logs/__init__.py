"""The server's log: one JSON object per line, written without blocking requests."""
