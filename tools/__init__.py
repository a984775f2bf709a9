"""Clients of the service's interfaces; they import nothing from ``docops_flask``."""
