"""DocOps fills approved Word templates and proves the result.

This module must not import anything, because every renderer process loads it first.
"""

__version__ = "0.1.0"
