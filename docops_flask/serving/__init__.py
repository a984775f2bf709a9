"""gunicorn's settings, hooks, worker and connections, and the container's health check."""
