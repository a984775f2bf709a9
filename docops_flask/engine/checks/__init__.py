"""The format check: one module per check, check and fix side by side, in an explicit order."""
