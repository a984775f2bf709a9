"""The server's log: one JSON object a line, written without making a request wait."""
