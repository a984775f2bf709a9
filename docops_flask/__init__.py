"""DocOps fills approved Word templates and proves the result.

This file imports nothing: every renderer process executes it first.
"""

__version__ = "0.1.0"
