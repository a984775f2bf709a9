"""Signed receipts of runs: made, read and checked. The server and the shell sign, a renderer never does."""
