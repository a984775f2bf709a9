"""The settings of the server, read once from environment variables."""
