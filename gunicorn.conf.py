"""gunicorn reads this when it starts in the project's folder."""

from docops_flask.serving.gunicorn_config import *  # noqa: F403
