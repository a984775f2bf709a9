"""The Model Context Protocol: DocOps as tools of programs that write for people (docs/mcp.md)."""
