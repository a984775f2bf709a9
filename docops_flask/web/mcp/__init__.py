"""``POST /mcp``: the tools of ``docops_flask.mcp`` over HTTP (docs/mcp.md)."""
