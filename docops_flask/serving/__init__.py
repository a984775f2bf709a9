"""gunicorn as it serves the app: settings, hooks, connections, the container's probe."""
