"""The format check: one module for each family of checks, check and fix side by side."""
