"""The configuration that gunicorn reads when it is started in the project's folder."""

from docops_flask.serving.gunicorn_config import *  # noqa: F403
