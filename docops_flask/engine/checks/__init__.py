"""The format check: modules of related checks, each check with its fix."""
