"""The pure engine: bytes in, files out. It knows no web library and reads no environment."""
