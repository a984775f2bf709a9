"""Black-box clients of the service; they import nothing of ``docops_flask``."""
